public import Archives
public import ArgumentParser
public import Checkpoints
public import Health
import Tensors
public import Terminals

/// What `byol-inspect` can be asked for.
///
/// Two programs share it: one that reads, and one that computes too (`byol-report`), which the first
/// goes on as where it is asked for health or for a page.
public struct InspectOptions: ParsableArguments {
  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
  var file: String

  @Argument(help: "Another one, to say what changed from the first to it.", completion: .file())
  var other: String?

  @Flag(help: "List every tensor.")
  var tensors = false

  @Flag(help: "Show minimum, maximum, mean, RMS, NaN and dead channels of every tensor.")
  var stats = false

  @Flag(help: "Compute the fingerprints from the values.")
  var fingerprint = false

  @Flag(
    help: "Of two checkpoints: list every tensor that differs, not only the largest differences.")
  var all = false

  @Option(
    help: ArgumentHelp(
      "Of two checkpoints: the largest max|a - b| / max|a| of a tensor that counts as the same; 0 asks "
        + "for the same bits.", valueName: "number"))
  var tolerance: Double?

  /// Whether to look for what is wrong.
  @Flag(help: "Look for what is wrong: NaN, dead channels, collapse, a target that stands still.")
  public var health = false

  /// The page to write.
  @Option(
    help: ArgumentHelp(
      "Write a page that shows all there is to see. It is replaced.", valueName: "file.html"),
    completion: .file(extensions: ["html"]))
  public var html: String?

  /// Pictures to look at the features of.
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "With --health or --html: pictures to look at the features of, by file, folder (one a class) or "
        + "@list.", valueName: "path"),
    completion: .file())
  public var images: [String] = []

  /// Threads that compute, with `--health` or `--html`.
  @OptionGroup public var threads: ThreadOptions

  /// Whether to print JSON.
  @Flag(help: "Print JSON (schemas/inspection.schema.json; of two, comparison.schema.json).")
  public var json = false

  /// Whether to print nothing but failures.
  @Flag(help: "Print nothing but failures.")
  public var quiet = false

  @OptionGroup(title: "Reading") var reading: ReadingOptions

  /// Options that ask for nothing.
  public init() {}

  /// Refuses what cannot be meant.
  ///
  /// - Throws: `ValidationError`.
  public mutating func validate() throws {
    guard other != nil || !all && tolerance == nil else {
      throw ValidationError("--all and --tolerance go with two checkpoints.")
    }
    guard other == nil || !tensors && !stats && !fingerprint && !computes else {
      throw ValidationError(
        "--tensors, --stats, --fingerprint, --health and --html go with one checkpoint.")
    }
    guard tolerance.map({ $0.isFinite && $0 >= 0 }) ?? true else {
      throw ValidationError("--tolerance is a finite number, 0 or more.")
    }
    guard images.isEmpty || computes else {
      throw ValidationError("--images goes with --health or --html.")
    }
    guard html.map({ !$0.isEmpty }) ?? true else {
      throw ValidationError("--html needs the name of a file.")
    }
  }

  /// Whether an engine is needed.
  public var computes: Bool { health || html != nil }

  /// What both programs say of themselves.
  public static let configuration = CommandConfiguration(
    commandName: "byol-inspect",
    abstract:
      "Shows what is in a BYOL checkpoint, of any format and dialect the tools read, or what changed "
      + "between two.",
    discussion: """
      Values are read only for --stats, --fingerprint, --health and --html; the rest costs the same for \
      a large file as for a small one. Two checkpoints are compared tensor by tensor under their native \
      names: what moved, was reset, renamed or rounded, and how far.

      Exit codes: 0 ok, or two are the same, 1 two differ, 2 bad input, 3 usage, 4 input/output.
      """,
    version: versionText("byol-inspect"))

  /// For the manual page.
  public static let examples = [
    Manual.Example(
      "byol-inspect byol.h5",
      "Shows origin, networks, contract and recipe of a checkpoint, and its tensors in brief."),
    Manual.Example(
      "byol-inspect last.ckpt --stats --json", "Gives every tensor's statistics to a program."),
    Manual.Example(
      "byol-inspect last.ckpt --health --images photos --html report.html",
      "Looks for what is wrong, with the features of the pictures in a folder, and writes a page."),
  ]

  /// Does what needs no engine: shows a checkpoint, or compares two.
  ///
  /// - Throws: `Failure` (`differs`) where two differ, and as `Loaded` does.
  public func run() throws {
    if let other { return try compare(with: other) }
    try print(try load())
  }

  /// The files that are read, without pictures.
  public var inputs: NamedFiles { reading.files(of: file) }

  /// Opens the checkpoint.
  ///
  /// - Throws: `Failure`, as `Loaded` does.
  public func load() throws -> Loaded { try reading.open(file, withTree: false) }

  /// Prints what was asked for: the checkpoint, and its health where that was looked at.
  ///
  /// - Throws: `Failure` where a tensor cannot be read.
  public func print(_ loaded: Loaded, health: HealthReport? = nil) throws {
    let inspection = try Inspection(loaded, statistics: stats, fingerprint: fingerprint)
    let run: RunSummary?
    do {
      run = try RunSummary(of: loaded.checkpoint)
    } catch let failure as Failure {
      throw failure.of(file: file)
    }
    if json {
      try printJSON(InspectionDocument(inspection, run: run, health: health))
    } else if !quiet {
      InspectionText(inspection, run: run, health: health, tensors: tensors || stats).print()
    }
  }
}
