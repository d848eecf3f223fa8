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
    version: NativeNames.createdBy)

  @Argument(help: "The checkpoint.")
  var file: String

  @Flag(help: "List every tensor.")
  var tensors = false

  @Flag(help: "Show minimum, maximum, mean, RMS, NaN and dead channels of every tensor.")
  var stats = false

  @Flag(help: "Compute the fingerprints from the values.")
  var fingerprint = false

  @Flag(help: "Print JSON (schemas/inspection.schema.json).")
  var json = false

  @Option(help: ArgumentHelp("The dialect, instead of looking at names.", valueName: "dialect"))
  var from: String?

  @Option(help: ArgumentHelp("The format, instead of looking at the content.", valueName: "format"))
  var fromFormat: String?

  static func main() {
    runTool(Inspect.self) { command in
      let loaded = try Loaded(
        command.file, format: command.fromFormat, dialect: command.from, withTree: false)
      let inspection = try Inspection(
        loaded, statistics: command.stats, fingerprint: command.fingerprint)
      if command.json {
        try printJSON(inspection)
      } else {
        InspectionText(inspection, tensors: command.tensors || command.stats).print()
      }
    }
  }
}
