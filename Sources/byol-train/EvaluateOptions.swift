import Archives
import ArgumentParser
import Checkpoints
import Networks
import Tensors
import Terminals
import Training

/// What every evaluation takes.
struct EvaluateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Labelled pictures to learn from: a folder for each class, CIFAR-10, npz or HDF5.",
      valueName: "path"),
    completion: .file())
  var train: String

  @Option(
    help: ArgumentHelp(
      "Labelled pictures that judge; without them a fifth of the others is held out.",
      valueName: "path"),
    completion: .file())
  var test: String?

  @Option(
    help: ArgumentHelp("Height and width of what the encoder sees, in pixels.", valueName: "n"))
  var size: Int?

  @Option(help: ArgumentHelp("The network: online or target.", valueName: "branch"))
  var branch: String = Branch.online.rawValue

  @Option(
    help: ArgumentHelp(
      "The share of training pictures that settings are chosen by, in per cent.", valueName: "n"))
  var validation: Double = 10

  @Option(help: ArgumentHelp("Where random choices begin.", valueName: "n"))
  var seed: UInt64 = 0

  @OptionGroup var computing: ThreadOptions

  @Flag(help: "Print JSON (schemas/evaluation-report.schema.json).")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  /// The evaluation of a checkpoint, with its progress shown.
  func evaluation(of checkpoint: Checkpoint) throws -> Evaluation {
    guard let branch = Branch(rawValue: branch) else {
      throw Failure(.usage, "--branch is online or target, not \(self.branch)")
    }
    guard size ?? 8 >= 8 else { throw Failure(.usage, "--size is 8 or more") }
    guard validation > 0, validation < 100 else {
      throw Failure(.usage, "--validation is above 0 and below 100 per cent, not \(validation)")
    }
    let data = try EvaluationData(
      training: train, test: test, seed: seed, input: checkpoint.contract.input)
    let encoder = try FrozenEncoder(
      checkpoint, branch: branch, size: size, engine: Engines.fast(threads: threads))
    let evaluation = try Evaluation(
      checkpoint, encoder: encoder, data: data, seed: seed, validationShare: validation / 100)
    let line = StatusLine(quiet: quiet || json)
    evaluation.progress = { stage, done, total in
      guard total > 0 else { return }
      line.show("\(stage): \(min(100, done * 100 / total)) %")
    }
    return evaluation
  }

  /// Threads that compute; nil for one a processor.
  var threads: Int? { computing.threads }
}

/// A classifier that is written into the checkpoint.
struct HeadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the checkpoint with the classifier in it (native HDF5).", valueName: "file.h5"),
    completion: .file())
  var write: String?

  @Option(help: ArgumentHelp("What the classifier is called in it.", valueName: "name"))
  var head: String = "linear"

  @Flag(help: "Replace an existing file.")
  var force = false

  /// Refuses, before the work, what could not be written after it, or would take the place of what is
  /// read; the checkpoint itself may be replaced.
  func check(
    _ checkpoint: String, _ reading: ReadingOptions, _ pictures: EvaluateOptions
  ) throws {
    guard let write else { return }
    var named = reading.files(of: checkpoint)
    named.reads(data: pictures.train)
    named.reads(data: pictures.test)
    named.writes(write, over: [checkpoint])
    try named.check()
    try HeadFile.check(write, name: head, force: force)
  }

  /// Writes the file, where one is wanted.
  func write(_ outcome: inout EvaluationOutcome) throws {
    guard let write else { return }
    try HeadFile.write(&outcome, as: head, to: write, force: force)
  }
}
