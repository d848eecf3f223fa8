import Archives
import CMalloc
import Checkpoints
import Glibc
import HDF5Writing
import Networks
import Tensors

extension Conversion {
  /// Writes the native HDF5 file, with hashes, fingerprints and probe, and checks what was written.
  func writeNativeFile(
    into file: AtomicFile, progress: @escaping @Sendable (Int) -> Void,
    report: inout ConversionReport
  ) throws {
    let checkpoint = source.checkpoint
    let threads = options.threads
    let sourceFiles = source.files
    // Hashing the source and running the probe overlap with writing.
    let sourceDigest = options.sourceHash ? Background { try digest(of: sourceFiles) } : nil
    let digestTree =
      options.sourceHash ? Background { try checkpoint.sourceDigests(threads: 1) } : nil
    let probe = options.probe ? Background { ProbeOutcome(of: checkpoint) } : nil
    let written = try checkpoint.writeNativeFile(
      into: OutputFile(descriptor: file.output.descriptor, path: file.temporaryPath),
      threads: threads, progress: progress
    ) { written, tensors in
      let digest = try sourceDigest?.value()
      // A file that was native already keeps where it came from.
      if source.dialect != nil || written.provenance.source == nil {
        written.provenance.source = Provenance.Source(
          name: baseName(source.path), size: source.size,
          sha256: digest?.description, format: source.archive.format)
      }
      if let digests = try digestTree?.value() {
        let native = Dictionary(uniqueKeysWithValues: tensors.map { ($0.path, $0.digest) })
        written.tree = checkpoint.tree(withDigests: digests, native)
      }
      written.verification = Verification()
      written.verification.comparedWithSource = options.verify
      written.verification.references = checkpoint.verification.references
      switch try probe?.value() {
      case .recorded(let recorded)?: written.verification.probe = recorded
      case .impossible(let reason)?: written.verification.probeMissing = reason
      case nil: written.verification.probeMissing = "the converter was told not to record one"
      }
    }
    report.fingerprints = written.provenance.fingerprints
    if let reason = written.verification.probeMissing, options.probe {
      report.notes.append("no probe was recorded: \(reason)")
    }
    guard options.verify else { return }
    // The disk takes the bytes while the processor checks them; what it reports counts.
    let descriptor = file.output.descriptor
    let path = destination.path
    let flushing =
      options.sync
      ? Background {
        guard fsync(descriptor) == 0 else {
          throw Failure.system("cannot write to the disk", file: path)
        }
      } : nil
    let checked = Result { try check(file.temporaryPath, against: written, report: &report) }
    // The descriptor stays open until the other thread is done with it, whatever was found.
    try flushing?.value()
    try checked.get()
  }

  /// Reads the new file with the strict reader: every byte accounted for, every tensor taken back
  /// through the dialect equal to the source, the probe repeated by the other engine.
  private func check(
    _ path: String, against written: Checkpoint, report: inout ConversionReport
  ) throws {
    // The probe was its last product; the file's addresses come in the buffers' place.
    AddressSpace.releaseOpenBLAS()
    let mapped = try MappedFile(path)
    guard NativeHDF5().recognises(mapped) else {
      throw Failure(.differs, "the written file is not recognised as a native one")
    }
    let native = try NativeFile(mapped)
    let reread = try NativeReading.read(NativeHDF5().read(mapped)).checkpoint
    try native.checkEveryByte(threads: options.threads)
    report.checks.append(
      ConversionReport.Check(
        name: "intact", detail: "\(native.datasets.count) hashes match, every byte accounted for"))
    let compared = try compareWithSource(reread)
    let way = source.checkpoint.tree == nil ? "read again" : "taken back through the dialect"
    let cast = report.cast == nil ? "" : ", once cast"
    report.checks.append(
      ConversionReport.Check(
        name: "source", detail: "\(compared) tensors \(way), equal bit for bit\(cast)"))
    guard let recorded = written.verification.probe else { return }
    // After the rest, and not beside it: the engine's weights are most of the memory that this takes,
    // and what the writing left in the heap goes back before.
    malloc_trim(0)
    let engine = Engines.fast(threads: 1)
    let outcome: ProbeCheck
    do {
      outcome = try Probe.check(recorded, on: reread, engine: engine)
    } catch let failure as Failure
      where failure.kind == .inputOutput && AddressSpace.limit != nil
    {
      report.notes.append("the probe was recorded and not repeated: \(failure)")
      return
    }
    if let stage = outcome.firstDiverging {
      throw Failure(
        .differs, place: stage,
        "\(engine.name) on the written file deviates from \(recorded.engine) on the source by "
          + "\(Numbers.error(outcome.worst)) (tolerance \(Numbers.error(recorded.tolerance)))")
    }
    report.checks.append(
      ConversionReport.Check(
        name: "probe",
        detail: "\(outcome.stages) stages, \(engine.name) within "
          + "\(Numbers.error(outcome.worst)) of \(recorded.engine)"))
  }

  /// Compares every leaf of the source with the written tensor taken back to the source's axes.
  private func compareWithSource(_ reread: Checkpoint) throws -> Int {
    guard source.dialect != nil, let tree = source.checkpoint.tree else {
      return try compareTensors(with: reread)
    }
    let leaves = tree.leaves.filter {
      $0.leaf.kind == "tensor" && $0.leaf.path?.hasPrefix("recipe.") == false
    }
    let original = source.checkpoint
    try compareMade(with: reread)
    try forEachConcurrently(leaves, threads: options.threads, weight: \.leaf.elements) { item in
      let (name, leaf) = item
      guard let theirs = try original.sourceTensor(leaf), let mine = try reread.sourceTensor(leaf)
      else { return }
      guard try theirs.hasSameBits(as: mine) else {
        throw Failure(.differs, place: name, "what was written is not what the source has")
      }
    }
    return leaves.count
  }

  /// Compares the tensors that were made and so are in no tree of the source.
  private func compareMade(with reread: Checkpoint) throws {
    let made = Set((source.checkpoint.provenance.made ?? [:]).keys)
    for entry in source.checkpoint.entries where made.contains(Role(of: entry.path).rawValue) {
      guard let written = reread[entry.path], try entry.tensor.hasSameBits(as: written) else {
        throw Failure(.differs, place: entry.path, "what was written is not what was made")
      }
    }
  }
}

/// What became of the probe.
private enum ProbeOutcome: Sendable {
  case recorded(Verification.Probe)
  case impossible(String)

  /// Runs the float64 engine; a network that cannot be run is no failure of the conversion.
  ///
  /// One thread: the others write, and a second of OpenBLAS would spin between its products.
  init(of checkpoint: Checkpoint) {
    do {
      self = .recorded(try Probe.record(checkpoint, engine: Engines.exact(threads: 1)))
    } catch let failure as Failure {
      self = .impossible(failure.description)
    } catch {
      self = .impossible("\(error)")
    }
  }
}
