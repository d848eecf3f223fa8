import Archives
import Checkpoints
import HDF5Writing
import Tensors

extension Conversion {
  /// Writes a directory of files, and reads it again before it gets its name: of Keras weights a network
  /// in each, of safetensors the shards and their index.
  func writeFolder(
    progress: @escaping @Sendable (Int) -> Void, report: inout ConversionReport
  ) throws {
    guard let made = try exported() else { return }
    let folder = try AtomicFolder(destination.path, fileOptions)
    let damage = sourceDamage()
    do {
      report.tell(of: made)
      if let limit = options.shardSize {
        try writeShards(made.archive, limit: limit, into: folder, progress: progress)
      } else {
        try writeNetworks(made, into: folder, progress: progress)
      }
      try folder.flush()
      let written = try Loaded(folder.temporaryPath, format: nil, writtenIn: destination.dialect)
      let beside = try compare(with: written, made, report: &report)
      try damage?.value()
      report.output.size = folder.size
      try beside.commit(
        destination.path, folder.temporaryPath, fileOptions, prepare: folder.prepare,
        commit: folder.commit)
    } catch let failure as Failure {
      folder.discard()
      throw failure.named(destination.path, insteadOf: folder.temporaryPath)
    }
  }

  private func writeNetworks(
    _ made: Exported, into folder: AtomicFolder, progress: @escaping @Sendable (Int) -> Void
  ) throws {
    var done = 0
    for (name, archive) in KerasFiles.files(of: made.archive, named: networkName(of: made)) {
      let before = done
      let output = try folder.makeFile(name)
      let file = OutputFile(descriptor: output.descriptor, path: folder.temporaryPath(of: name))
      try writeKeras(archive, into: file, threads: options.threads) { progress(before + $0) }
      done += archive.tensorBytes
    }
  }

  private func writeShards(
    _ archive: Archive, limit: Int, into folder: AtomicFolder,
    progress: @escaping @Sendable (Int) -> Void
  ) throws {
    let shards = try SafetensorsShards(archive, limit: limit)
    var done = 0
    for shard in shards.files {
      let output = try folder.makeFile(shard.name)
      try Safetensors().write(shard.archive, to: output)
      try output.flush()
      done += shard.archive.tensorBytes
      progress(done)
    }
    try folder.makeFile(SafetensorsShards.indexName()).write(shards.index)
  }

  /// Writes the one network of a tree as a file of Keras weights.
  ///
  /// - Throws: `Failure` (`usage`) where there are several.
  func writeKerasFile(
    _ made: Exported, into file: AtomicFile, progress: @escaping @Sendable (Int) -> Void
  ) throws {
    let parts = KerasFiles.files(of: made.archive, named: "")
    guard parts.count == 1 else {
      throw Failure(
        .usage, file: destination.path,
        "a file of Keras weights holds one network, and these are \(parts.count) files "
          + "(\(parts.map(\.name).joined(separator: ", "))); a name without .h5 makes a directory of "
          + "them, and --drop leaves networks out")
    }
    try writeKeras(
      parts[0].archive,
      into: OutputFile(descriptor: file.output.descriptor, path: file.temporaryPath),
      threads: options.threads, progress: progress)
  }

  /// The beginning of the file's name by which the dialect knows the network of a tree that is one
  /// file's: `f_target`.
  func networkName(of made: Exported) -> String {
    if case .mapping("folder", let entries) = made.archive.root, let first = entries.first {
      return first.key.description
    }
    let leftOut = Set(made.leftOut)
    let held = source.checkpoint.entries.first { !leftOut.contains($0.path) }
    return held.flatMap { KerasNetworks.name(of: Role(of: $0.path)) } ?? "weights"
  }

  /// Compares what was read again with the source; gives what belongs beside it.
  func compare(
    with written: Loaded, _ exported: Exported?, report: inout ConversionReport
  ) throws -> SideFiles {
    if options.verify {
      let compared = try compareTensors(with: written.checkpoint, exported)
      report.checks.append(
        ConversionReport.Check(
          name: "source",
          detail: "\(compared) tensors read again, equal bit for bit"
            + (report.cast == nil ? "" : ", once cast")))
    }
    return try sideFiles(for: written.checkpoint, report: &report)
  }
}

extension Archive {
  /// The bytes of all tensors.
  fileprivate var tensorBytes: Int {
    leaves.reduce(0) { sum, leaf in
      guard case .tensor(let tensor) = leaf.value else { return sum }
      return sum + tensor.byteCount
    }
  }
}

extension Failure {
  /// The failure with the destination's name where it has the temporary one, which means nothing to
  /// the user.
  func named(_ path: String, insteadOf temporary: String) -> Failure {
    var failure = self
    if let file, file == temporary || file.hasPrefix(temporary + "/") {
      failure.file = path + file.dropFirst(temporary.count)
    }
    return failure
  }
}
