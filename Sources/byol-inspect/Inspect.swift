import ArgumentParser
import Checkpoints
import Terminals

@main
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "byol-inspect",
    abstract:
      "Shows what is in a BYOL checkpoint, of any format and dialect the tools read, or what changed "
      + "between two.",
    discussion: """
      Values are read only for --stats and --fingerprint; the rest costs the same for a large file as \
      for a small one. Two checkpoints are compared tensor by tensor under their native names: what \
      moved, was reset, renamed or rounded, and how far.

      Exit codes: 0 ok, or two are the same; 1 two differ; 2 bad input, 3 usage, 4 input/output.
      """,
    version: versionText("byol-inspect"))

  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
  var file: String

  @Argument(help: "Another one, to say what changed from the first to it.")
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

  @Flag(help: "Print JSON (schemas/inspection.schema.json; of two, comparison.schema.json).")
  var json = false

  @Flag(help: "Print nothing but failures.")
  var quiet = false

  @OptionGroup(title: "Reading") var reading: ReadingOptions

  func validate() throws {
    guard other != nil || !all && tolerance == nil else {
      throw ValidationError("--all and --tolerance go with two checkpoints.")
    }
    guard other == nil || !tensors && !stats && !fingerprint else {
      throw ValidationError("--tensors, --stats and --fingerprint go with one checkpoint.")
    }
    guard tolerance.map({ $0.isFinite && $0 >= 0 }) ?? true else {
      throw ValidationError("--tolerance is a finite number, 0 or more.")
    }
  }

  static func main() {
    runTool(Inspect.self, examples: examples) { command in
      if let other = command.other { return try command.compare(with: other) }
      let loaded = try command.reading.open(command.file, withTree: false)
      let inspection = try Inspection(
        loaded, statistics: command.stats, fingerprint: command.fingerprint)
      if command.json {
        try printJSON(inspection)
      } else if !command.quiet {
        InspectionText(inspection, tensors: command.tensors || command.stats).print()
      }
    }
  }

  /// For the manual page.
  static let examples = [
    Manual.Example(
      "byol-inspect byol.h5",
      "Shows origin, networks, contract and recipe of a checkpoint, and its tensors in brief."),
    Manual.Example(
      "byol-inspect last.ckpt --stats --json", "Gives every tensor's statistics to a program."),
  ]
}
