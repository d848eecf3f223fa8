import Archives
import ArgumentParser
import Checkpoints
import Conversions
import Graphs
import Tensors
import Terminals

@main
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "byol-convert",
    abstract: "Converts a BYOL checkpoint, exactly: byol-convert in.npz out.h5",
    usage: """
      byol-convert [<options>] <input> <output>
      byol-convert [<options>] <input> ... --out-dir <folder>
      """,
    discussion: """
      The source's format is told by its content, its dialect by its names. Before the output gets \
      its name it is read again, compared with the source bit for bit, and run by a second engine; \
      on any failure the destination is what it was before.

      Exit codes: 0 ok, 1 the output is not what the source has, 2 bad input, 3 usage, 4 \
      input/output. Of several checkpoints, the largest of their codes.
      """,
    version: versionText("byol-convert"))

  @Argument(
    help: ArgumentHelp(
      "The checkpoint to read, a file or a directory of several, and the file to write, whose name "
        + "tells the format unless --to-format does; with --out-dir, checkpoints to read.",
      valueName: "file"),
    completion: .file())
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "The output's dialect: native, haiku, a file ...; or onnx-encoder, onnx-projection, onnx-online.",
      valueName: "dialect"),
    completion: .list(
      [Dialects.native] + Dialects.names + GraphScope.allCases.map(\.rawValue)))
  var to: String?

  @Option(
    help: ArgumentHelp("The output's format.", valueName: "format"),
    completion: .list(Formats.all.map(\.name)))
  var toFormat: String?

  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Choosing") var choosing: ChoosingOptions
  @OptionGroup(title: "Several checkpoints") var batch: BatchOptions

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
      valueName: "from-online"),
    completion: .list(["from-online"]))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "Make the predictor that the source lacks, with random weights: random, or random:4096.",
      valueName: "random"),
    completion: .list(["random"]))
  var predictor: String?

  @Option(help: ArgumentHelp("Where the random weights begin.", valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Write a directory of safetensors files of at most this size, and their index: 2GB, 500MB.",
      valueName: "size"))
  var shardSize: ByteCount?

  @Flag(help: "Write zeros for biases that the output's dialect has and the checkpoint lacks.")
  var zeroBiases = false

  @Flag(help: "Say what would be done, name by name, and write nothing.")
  var dryRun = false

  @Flag(help: "Replace an existing output.")
  var force = false

  @Flag(
    help:
      "Print the report as JSON (schemas/convert-report.schema.json; of several, convert-batch.schema.json)."
  )
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

  func validate() throws {
    guard !batch.skipExisting || !force else {
      throw ValidationError("--skip-existing keeps outputs, --force replaces them: one of the two.")
    }
    guard batch.outDir != nil else {
      guard files.count == 2 else {
        throw ValidationError(
          files.count < 2
            ? "Missing expected argument '\(files.isEmpty ? "<input>" : "<output>")'"
            : "byol-convert takes an input and an output, or any inputs and --out-dir.")
      }
      return
    }
    guard !files.isEmpty else { throw ValidationError("Missing expected argument '<input>'") }
    guard reading.with.isEmpty, inference.expect == nil, inference.dialectOut == nil else {
      throw ValidationError(
        "--with, --expect and --dialect-out are about one checkpoint, not about several.")
    }
  }

  /// What the conversion of any checkpoint is done with.
  var options: ConversionOptions {
    var options = ConversionOptions()
    options.from = reading.from
    options.to = to
    options.with = reading.with
    options.fromFormat = reading.fromFormat
    options.toFormat = toFormat
    options.drop = reading.drop
    options.settings = reading.set
    choosing.apply(to: &options)
    options.inputSize = anySize ? .any : .contract
    options.target = target
    options.predictor = predictor
    options.seed = seed
    options.zeroBiases = zeroBiases
    options.shardSize = shardSize?.bytes
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
    runTool(Convert.self, examples: examples) { command in
      try command.choosing.check()
      if let folder = command.batch.outDir {
        try command.convertAll(into: folder)
      } else {
        try command.convertOne()
      }
    }
  }
}
