public import ArgumentParser
public import Checkpoints
public import Health
import Terminals

/// What `byol-inspect` can be asked for.
///
/// Two programs share it: one that reads, and one that computes too (`byol-report`), which the first
/// goes on as where it is asked for health or for a page.
public struct InspectOptions: ParsableArguments {
  @Argument(help: "The checkpoint.")
  var file: String

  @Flag(help: "List every tensor.")
  var tensors = false

  @Flag(help: "Show minimum, maximum, mean, RMS, NaN and dead channels of every tensor.")
  var stats = false

  @Flag(help: "Compute the fingerprints from the values.")
  var fingerprint = false

  /// Whether to look for what is wrong.
  @Flag(
    help: "Look for what is wrong: NaN, dead channels, collapse, a target that stands still ...")
  public var health = false

  /// The page to write.
  @Option(
    help: ArgumentHelp(
      "Write a page with pictures of all that there is to see. It is replaced.",
      valueName: "file.html"))
  public var html: String?

  /// Pictures to look at the features of.
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Pictures to look at the features of, for --health and --html: files, folders (a folder is a "
        + "class), @lists.", valueName: "path"))
  public var images: [String] = []

  /// Threads that compute; nil for one a processor.
  @Option(
    help: ArgumentHelp("Threads that compute; one a processor otherwise.", valueName: "count"))
  public var threads: Int?

  /// Whether to print JSON.
  @Flag(help: "Print JSON (schemas/inspection.schema.json).")
  public var json = false

  @Option(help: ArgumentHelp("The dialect, instead of looking at names.", valueName: "dialect"))
  var from: String?

  @Option(help: ArgumentHelp("The format, instead of looking at the content.", valueName: "format"))
  var fromFormat: String?

  /// Options that ask for nothing.
  public init() {}

  /// Refuses what cannot be meant.
  ///
  /// - Throws: `ValidationError`.
  public mutating func validate() throws {
    guard threads.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("--threads is a number from 1 to 1024.")
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
    abstract: "Shows what is in a BYOL checkpoint, of any format and dialect the tools read.",
    discussion: """
      Values are read only for --stats, --fingerprint, --health and --html; the rest costs the same for \
      a large file as for a small one.

      Exit codes: 0 ok, 1 differs, 2 bad input, 3 usage, 4 input/output.
      """,
    version: NativeNames.createdBy)

  /// Opens the checkpoint.
  ///
  /// - Throws: `Failure`, as `Loaded` does.
  public func load() throws -> Loaded {
    try Loaded(file, format: fromFormat, dialect: from, withTree: false)
  }

  /// Prints what was asked for: the checkpoint, and its health where that was looked at.
  ///
  /// - Throws: `Failure` where a tensor cannot be read.
  public func print(_ loaded: Loaded, health: HealthReport? = nil) throws {
    let inspection = try Inspection(loaded, statistics: stats, fingerprint: fingerprint)
    let run = try RunSummary(of: loaded.checkpoint)
    if json {
      try printJSON(InspectionDocument(inspection, run: run, health: health))
    } else {
      InspectionText(inspection, run: run, health: health, tensors: tensors || stats).print()
    }
  }
}
