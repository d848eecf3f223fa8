import Archives
import Checkpoints
import Networks
import Tensors

/// What can be said of a file; its JSON form is what `byol-verify --json` prints
/// (`schemas/verify-report.schema.json`).
public struct FileVerification: Codable, Sendable {
  /// One verdict, which says no more than what was checked.
  public struct Verdict: Codable, Sendable {
    /// What became of a check.
    public enum Status: String, Codable, Sendable {
      /// Checked, and so.
      case yes
      /// Checked, and not so.
      case no
      /// Not checked, for the reason given.
      case notChecked = "not checked"
    }

    /// `intact`, `consistent`, `agrees with NAME`.
    public var name: String
    /// What became of it.
    public var status: Status
    /// What was found, in a sentence.
    public var detail: String

    /// A verdict.
    public init(_ name: String, _ status: Status, _ detail: String) {
      self.name = name
      self.status = status
      self.detail = detail
    }
  }

  /// The file, as the user named it.
  public var path: String
  /// The verdicts, in order.
  public var verdicts: [Verdict] = []
  /// The errors by output that `expect` found, in words.
  public var findings: [String] = []
  /// What `expect` found: every error, the first stage that diverges, what would explain it.
  public var diagnosis: Diagnosis?
  /// What the user should know.
  public var notes: [String] = []

  /// Whether something was checked and no check failed.
  public var passed: Bool {
    verdicts.contains { $0.status == .yes } && !verdicts.contains { $0.status == .no }
  }

  /// Verifies the file at `path`: intact, consistent.
  ///
  /// - Throws: `Failure` (`badInput`) where it is no checkpoint at all; what a check finds is a verdict.
  public init(_ path: String, format: String? = nil, dialect: String? = nil, threads: Int = 2)
    throws
  {
    self.path = path
    guard !Folder.isFolder(path) else {
      verdicts.append(Verdict("intact", .notChecked, "the files of a directory carry no hashes"))
      let loaded = try Loaded(path, format: format, dialect: dialect)
      notes = loaded.notes
      verdicts.append(try Self.consistent(loaded, threads: threads))
      return
    }
    let file = try MappedFile(path)
    let format = try format.map { try Formats.named($0) } ?? Formats.recognising(file)
    let isNative = format.name == "hdf5"
    do {
      verdicts.append(try Self.intact(file, format: format, threads: threads))
    } catch let failure as Failure where isNative && Self.isOfOurKind(file) {
      verdicts.append(Verdict("intact", .no, failure.withoutFile))
      verdicts.append(
        Verdict("consistent", .notChecked, "a file that is not intact is not run"))
      return
    }
    let loaded = try Loaded(path, format: format.name, dialect: dialect)
    notes = loaded.notes
    let verdict = try Self.consistent(loaded, threads: threads)
    verdicts.append(verdict)
  }

  /// Whether an HDF5 file has the superblock of the native layout; another one is no damaged
  /// checkpoint but none at all.
  private static func isOfOurKind(_ file: MappedFile) -> Bool {
    (try? file.firstBytes(9))?.dropFirst(8).first == 2
  }

  /// Profile and hashes of a native file; checksums of others, where they have any.
  private static func intact(
    _ file: MappedFile, format: any ArchiveFormat, threads: Int
  ) throws -> Verdict {
    guard format.name == "hdf5" else {
      return Verdict("intact", .notChecked, "a file of format \(format.name) carries no hashes")
    }
    let native = try NativeFile(file)
    try native.checkEveryByte(threads: threads)
    let loaded = try NativeReading.read(NativeHDF5().read(file), withTree: false).checkpoint
    let digests = native.datasets.map { ($0.path, $0.elementType, $0.shape, $0.digest) }
    let weights = digests.filter { loaded[$0.0] != nil }
    let fingerprints = Fingerprints(weights).byName.mapValues(\.description)
    for (name, stored) in loaded.provenance.fingerprints.sorted(by: { $0.key < $1.key })
    where fingerprints[name] != stored {
      throw Failure(
        .differs, place: "provenance", "the fingerprint of \(name) is not that of its tensors")
    }
    return Verdict(
      "intact", .yes,
      "the strict profile is kept, \(native.datasets.count) SHA-256 and "
        + "\(fingerprints.count) fingerprints match, every byte is accounted for")
  }

  /// The engines agree; the tensors taken back through the dialect are the source's.
  private static func consistent(_ loaded: Loaded, threads: Int) throws -> Verdict {
    let checkpoint = loaded.checkpoint
    guard checkpoint.contract.encoder.family == "resnet" else {
      return try namesOnly(loaded, threads: threads)
    }
    var found: [String] = []
    let exact = Engines.exact()
    let fast = Engines.fast()
    let probe: Verification.Probe
    do {
      probe = try Probe.record(checkpoint, engine: exact)
    } catch let failure as Failure where failure.kind == .differs {
      return Verdict("consistent", .no, failure.withoutFile)
    } catch let failure as Failure {
      return Verdict("consistent", .notChecked, "the networks cannot be run: \(failure)")
    }
    let check = try Probe.check(probe, on: checkpoint, engine: fast)
    if let stage = check.firstDiverging {
      return Verdict(
        "consistent", .no,
        "\(fast.name) and \(exact.name) part at \(stage); largest deviation "
          + "\(Numbers.error(check.worst)) (tolerance \(Numbers.error(probe.tolerance)))")
    }
    found.append(
      "\(fast.name) and \(exact.name) agree within \(Numbers.error(check.worst)) over "
        + "\(check.stages) stages")
    if let recorded = checkpoint.verification.probe {
      let again = try Probe.check(recorded, on: checkpoint, engine: exact)
      if let stage = again.firstDiverging {
        return Verdict(
          "consistent", .no,
          "\(exact.name) gives other numbers at \(stage) than the file recorded when it was made")
      }
      found.append("the recorded probe is repeated within \(Numbers.error(again.worst))")
    }
    if loaded.dialect == nil { found.append(try sourceAgain(checkpoint, threads: threads)) }
    return Verdict("consistent", .yes, found.joined(separator: "; "))
  }

  /// Hashes every tensor as the source had it, and compares with the hash that was taken then.
  static func sourceAgain(_ checkpoint: Checkpoint, threads: Int) throws -> String {
    guard let tree = checkpoint.tree else { return "there was no source to compare with" }
    let hashed = tree.leaves.filter { $0.leaf.sha256 != nil }
    guard !hashed.isEmpty else {
      return try trainedSince(checkpoint)
        ?? "the source's hashes were not recorded, so that it cannot be compared with"
    }
    try forEachConcurrently(hashed, threads: threads, weight: \.leaf.elements) { item in
      let (name, leaf) = item
      guard let tensor = try checkpoint.sourceTensor(leaf) else { return }
      guard try tensor.digest().description == leaf.sha256 else {
        throw Failure(
          .differs, place: name, "taken back to the source's axes it is not what the source had")
      }
    }
    return
      "\(hashed.count) tensors taken back through \(checkpoint.provenance.dialect?.name ?? "?") "
      + "equal the source's bit for bit"
      + (checkpoint.provenance.casts == nil ? "" : ", as the cast left them")
  }
}

extension Failure {
  /// The sentence without the file's name.
  var withoutFile: String {
    var copy = self
    copy.file = nil
    return copy.description
  }
}
