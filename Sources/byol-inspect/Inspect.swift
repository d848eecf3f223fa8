import ArgumentParser
import Checkpoints
import Terminals

@main
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "byol-inspect",
    abstract: "Shows what is in a BYOL checkpoint, of any format and dialect the tools read.",
    discussion: """
      Values are read only for --stats and --fingerprint; the rest costs the same for a large file as \
      for a small one.

      Exit codes: 0 ok, 1 differs, 2 bad input, 3 usage, 4 input/output.
      """,
    version: versionText("byol-inspect"))

  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
  var file: String

  @Flag(help: "List every tensor.")
  var tensors = false

  @Flag(help: "Show minimum, maximum, mean, RMS, NaN and dead channels of every tensor.")
  var stats = false

  @Flag(help: "Compute the fingerprints from the values.")
  var fingerprint = false

  @Flag(help: "Print JSON (schemas/inspection.schema.json).")
  var json = false

  @Flag(help: "Print nothing but failures.")
  var quiet = false

  @OptionGroup(title: "Reading") var reading: ReadingOptions

  static func main() {
    runTool(Inspect.self, examples: examples) { command in
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
