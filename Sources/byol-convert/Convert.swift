import ArgumentParser
import Checkpoints
import Conversions
import Graphs
import Terminals

@main
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "byol-convert",
    abstract: "Converts a BYOL checkpoint, exactly: byol-convert in.npz out.h5",
    discussion: """
      The source's format is told by its content, its dialect by its names. Before the output gets \
      its name it is read again, compared with the source bit for bit, and run by a second engine; \
      on any failure the destination is what it was before.

      Exit codes: 0 ok, 1 the output is not what the source has, 2 bad input, 3 usage, 4 input/output.
      """,
    version: NativeNames.createdBy)

  @Argument(help: "The checkpoint to read: a file, or a directory of several.")
  var input: String

  @Argument(help: "The file to write; its name tells the format, unless --to-format does.")
  var output: String

  @Option(help: ArgumentHelp("The source's dialect, or a dialect file.", valueName: "dialect"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "The output's dialect: native, haiku, a file ...; or onnx-encoder, onnx-projection, onnx-online.",
      valueName: "dialect"))
  var to: String?

  @Option(help: ArgumentHelp("A further file of the source.", valueName: "file"))
  var with: [String] = []

  @Option(help: ArgumentHelp("The source's format.", valueName: "format"))
  var fromFormat: String?

  @Option(help: ArgumentHelp("The output's format.", valueName: "format"))
  var toFormat: String?

  @Option(help: ArgumentHelp("Leave out names like this; * is any text.", valueName: "pattern"))
  var drop: [String] = []

  @Option(
    help: ArgumentHelp("Set a field: encoder.padding=symmetric.", valueName: "field=value"))
  var set: [String] = []

  @Option(
    name: [.customLong("license"), .customLong("licence")],
    help: ArgumentHelp(
      "The licence of the weights, to be recorded: 'CC BY-NC 4.0'.", valueName: "name"))
  var licence: String?

  @Flag(
    help: "Of an ONNX graph: take images of any size, not only of the contract's (input.size).")
  var anySize = false

  @Option(
    help: ArgumentHelp(
      "Make the target that the source lacks: from-online copies encoder and projector.",
      valueName: "from-online"))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "Make the predictor that the source lacks, with random weights: random, or random:4096.",
      valueName: "random"))
  var predictor: String?

  @Option(help: ArgumentHelp("Where the random weights begin.", valueName: "n"))
  var seed: UInt64?

  @Flag(help: "Write zeros for biases that the output's dialect has and the checkpoint lacks.")
  var zeroBiases = false

  @Flag(help: "Say what would be done, name by name, and write nothing.")
  var dryRun = false

  @Flag(help: "Replace an existing output.")
  var force = false

  @Flag(help: "Print the report as JSON (schemas/convert-report.schema.json).")
  var json = false

  @Flag(help: "Print nothing but failures.")
  var quiet = false

  @Flag(
    inversion: .prefixedNo,
    help: "Record a forward pass that every reader can repeat (default: as --verify).")
  var probe: Bool?

  @Flag(inversion: .prefixedNo, help: "Wait until the output is on the disk.")
  var sync = true

  @Flag(inversion: .prefixedNo, help: "Read the output again and compare it with the source.")
  var verify = true

  @Flag(inversion: .prefixedNo, help: "Record the SHA-256 of the source and of its tensors.")
  var sourceHash = true

  @OptionGroup(title: "Unknown names")
  var inference: InferenceOptions

  private var options: ConversionOptions {
    var options = ConversionOptions()
    options.from = from
    options.to = to
    options.with = with
    options.fromFormat = fromFormat
    options.toFormat = toFormat
    options.drop = drop
    options.settings = set
    options.inputSize = anySize ? .any : .contract
    options.target = target
    options.predictor = predictor
    options.seed = seed
    options.zeroBiases = zeroBiases
    options.licence = licence
    options.force = force
    options.dryRun = dryRun
    options.probe = probe ?? verify
    options.sync = sync
    options.verify = verify
    options.sourceHash = sourceHash
    return options
  }

  static func main() {
    runTool(Convert.self) { command in
      var options = command.options
      var found: InferenceReport?
      if command.inference.infer {
        let source = try command.inference.source(
          command.input, format: command.fromFormat, force: command.force)
        let report = InferenceReport(source)
        if !command.quiet, !command.json { InferenceText(report).print() }
        if command.json, !source.inference.isSure, !command.inference.acceptUnsure {
          try printJSON(report)
        }
        try command.inference.check(source)
        options.found = try source.dialect()
        found = report
      }
      let conversion = try Conversion(command.input, to: command.output, options: options)
      let progress = Progress(
        "writing \(command.output)", total: conversion.byteCount,
        quiet: command.quiet || command.json)
      defer { progress.finish() }
      let report = try conversion.run { progress.reached($0) }
      progress.finish()
      if command.json, var found {
        found.conversion = report
        try printJSON(found)
      } else if command.json {
        try printJSON(report)
      } else if !command.quiet {
        ConversionText(report).print()
      }
    }
  }
}
