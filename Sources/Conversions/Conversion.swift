import Archives
import Checkpoints
import Networks
import Tensors

/// One conversion: a file that was read, and where it goes.
///
/// The output gets its name only when it is whole and, unless the user did without, when it has been
/// read again, compared with the source bit for bit, and run.
public struct Conversion {
  let source: Loaded
  let destination: Destination
  let options: ConversionOptions
  /// The tree of the source's names, as far as its tensors are converted.
  private let names: SourceTree?
  var report: ConversionReport

  /// Reads the source and settles format and dialect of the output; nothing is written.
  ///
  /// - Throws: `Failure` that names file and place.
  public init(_ input: String, to output: String, options: ConversionOptions = ConversionOptions())
    throws
  {
    var source = try Loaded(
      input, with: options.with, format: options.fromFormat, dialect: options.from,
      given: options.found,
      drop: NamePatterns(options.drop))
    for setting in options.settings { try source.checkpoint.set(setting) }
    if let licence = options.licence {
      guard !licence.isEmpty, licence.utf8.count <= 1000 else {
        throw Failure(.usage, "--license takes a name such as 'CC BY-NC 4.0', not '\(licence)'")
      }
      source.checkpoint.provenance.licence = licence
    }
    let destination = try Destination(output, options: options, source: source)
    var names = source.checkpoint.tree
    if !options.only.isEmpty {
      let whole = source.checkpoint
      source = try source.only(RoleChoice(options.only))
      names = names?.without(whole.paths.subtracting(source.checkpoint.paths))
    }
    try MissingNetworks(options).make(
      in: &source.checkpoint, output: destination.dialect, source: source.dialect)
    if let scope = destination.graph {
      source = try source.part(for: scope, size: options.inputSize)
    }
    let cast = try source.cast(options)
    self.names = names
    self.source = source
    self.destination = destination
    self.options = options
    let checkpoint = source.checkpoint
    var counts = checkpoint.provenance.counts ?? Provenance.Counts()
    if source.dialect == nil {
      let leaves = checkpoint.entries.count + checkpoint.extras.count
      counts = Provenance.Counts()
      counts.source = leaves + source.dropped
      counts.dropped = source.dropped
      counts.used = checkpoint.entries.count
      counts.extras = checkpoint.extras.count
    }
    report = ConversionReport(
      source: ConversionReport.File(
        path: input, format: source.archive.format, dialect: source.dialectName,
        size: source.size),
      output: ConversionReport.File(
        path: output, format: destination.format.name, dialect: destination.dialectName, size: nil),
      architecture: checkpoint.contract.summary, counts: counts, roles: checkpoint.roleSummaries,
      fingerprints: [:], checks: [], leftOut: [], made: checkpoint.provenance.made ?? [:],
      cast: cast,
      notes: source.notes, mapping: nil, dryRun: options.dryRun)
  }

  /// The bytes of tensors that will be written: the measure of progress.
  public var byteCount: Int {
    (source.checkpoint.entries + source.checkpoint.extras).reduce(0) { $0 + $1.tensor.byteCount }
  }

  /// Converts, or says what would be done.
  ///
  /// - Parameter progress: called with the number of bytes written so far, one call at a time.
  /// - Throws: `Failure`; the output is then what it was before.
  public func run(progress: @escaping @Sendable (Int) -> Void = { _ in }) throws -> ConversionReport
  {
    var report = report
    if options.dryRun {
      if destination.isFolder {
        try AtomicFolder.check(destination.path, force: options.force)
      } else {
        try AtomicFile.check(destination.path, force: options.force)
      }
      report.mapping = names?.leaves.map { name, leaf in
        ConversionReport.Mapping(
          source: name, native: leaf.path ?? "kept as \(leaf.kind)", axes: leaf.axes?.text)
      }
      if try graphModel() == nil, let exported = try exported() { report.tell(of: exported) }
      return report
    }
    if destination.isFolder {
      try writeFolder(progress: progress, report: &report)
      return report
    }
    let file = try AtomicFile(destination.path, fileOptions)
    let damage = sourceDamage()
    do {
      var beside: SideFiles?
      if destination.isNativeHDF5 {
        try writeNativeFile(into: file, progress: progress, report: &report)
      } else {
        beside = try writeOther(into: file, progress: progress, report: &report)
      }
      try damage?.value()
      report.output.size = try MappedFile(file.temporaryPath).count
      if let beside {
        try beside.commit(
          destination.path, file.temporaryPath, fileOptions, prepare: file.prepare,
          commit: file.commit)
      } else {
        try file.commit()
      }
    } catch let failure as Failure {
      file.discard()
      throw failure.named(destination.path, insteadOf: file.temporaryPath)
    }
    return report
  }

  /// How files are replaced.
  var fileOptions: AtomicFile.Options {
    AtomicFile.Options(force: options.force, sync: options.sync)
  }

  /// The checking of a native source's hashes, beside the work: damage must not get new hashes.
  func sourceDamage() -> Background<Void>? {
    guard source.archive.format == "hdf5" else { return nil }
    let file = source.files[0]
    return Background { try NativeFile(file).checkEveryByte(threads: 1) }
  }

  /// The output's tree in a dialect, or nil where the output is a native HDF5 file.
  func exported() throws -> Exported? {
    if destination.isNativeHDF5 { return nil }
    let checkpoint = try withFingerprints()
    guard let dialect = destination.dialect else {
      let archive = try checkpoint.nativeArchive(format: destination.format.name)
      return Exported(archive: archive)
    }
    var permitted = ExportOptions()
    permitted.zeroBiases = options.zeroBiases
    return try dialect.write(checkpoint, format: destination.format, options: permitted)
  }

  /// The checkpoint as it goes into a native archive of another format than HDF5.
  func withFingerprints() throws -> Checkpoint {
    var checkpoint = source.checkpoint
    guard destination.dialect == nil else { return checkpoint }
    checkpoint.provenance.fingerprints = try Fingerprints(of: checkpoint).byName
      .mapValues(\.description)
    return checkpoint
  }

  private func writeOther(
    into file: AtomicFile, progress: @escaping @Sendable (Int) -> Void,
    report: inout ConversionReport
  ) throws -> SideFiles {
    let model = try graphModel()
    let exported = model == nil ? try exported() : nil
    if let model {
      try model.write(to: file.output)
    } else if let exported {
      report.tell(of: exported)
      if destination.format is Keras {
        try writeKerasFile(exported, into: file, progress: progress)
      } else {
        try destination.format.write(exported.archive, to: file.output)
      }
    }
    try file.output.flush()
    progress(byteCount)
    // The output is read again even without --verify: what it does not say of itself goes beside it.
    let written = try Loaded(
      file.temporaryPath, format: destination.format, writtenIn: destination.dialect,
      named: exported.map { networkName(of: $0) })
    return try compare(with: written, exported, report: &report)
  }
}
