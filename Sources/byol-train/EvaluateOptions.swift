import ArgumentParser
import Checkpoints
import Glibc
import Networks
import Tensors
import Training

/// What every evaluation takes.
struct EvaluateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Labelled pictures to learn from: a folder for each class, CIFAR-10, npz or HDF5.",
      valueName: "path"))
  var train: String

  @Option(
    help: ArgumentHelp(
      "Labelled pictures that judge; without them a fifth of the others is held out.",
      valueName: "path"))
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

  @Option(help: ArgumentHelp("Threads that compute; all processors without it.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print JSON (schemas/evaluation-report.schema.json).")
  var json = false

  @Flag(help: "Show no progress.")
  var quiet = false

  /// The evaluation of a checkpoint, with its progress shown.
  func evaluation(of checkpoint: Checkpoint) throws -> Evaluation {
    guard let branch = Branch(rawValue: branch) else {
      throw Failure(.usage, "--branch is online or target, not \(self.branch)")
    }
    guard threads ?? 1 >= 1, size ?? 8 >= 8 else {
      throw Failure(.usage, "--threads is 1 or more, and --size 8 or more")
    }
    guard validation > 0, validation < 100 else {
      throw Failure(.usage, "--validation is above 0 and below 100 per cent, not \(validation)")
    }
    let data = try EvaluationData(
      training: train, test: test, seed: seed, input: checkpoint.contract.input)
    let encoder = try FrozenEncoder(
      checkpoint, branch: branch, size: size, engine: Engines.fast(threads: threads))
    let evaluation = try Evaluation(
      checkpoint, encoder: encoder, data: data, seed: seed, validationShare: validation / 100)
    let line = StageLine(isQuiet: quiet || json)
    evaluation.progress = { line.show($0, $1, of: $2) }
    return evaluation
  }
}

/// A classifier that is written into the checkpoint.
struct HeadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the checkpoint with the classifier in it (native HDF5).", valueName: "file.h5"))
  var write: String?

  @Option(help: ArgumentHelp("What the classifier is called in it.", valueName: "name"))
  var head: String = "linear"

  @Flag(help: "Replace an existing file.")
  var force = false

  /// Refuses, before the work, what could not be written after it.
  func check() throws {
    guard let write else { return }
    try HeadFile.check(write, name: head, force: force)
  }

  /// Writes the file, where one is wanted.
  func write(_ outcome: inout EvaluationOutcome) throws {
    guard let write else { return }
    try HeadFile.write(&outcome, as: head, to: write, force: force)
  }
}

/// The line of progress on a terminal, a stage at a time; nothing where standard error is a pipe.
private final class StageLine {
  private let isShown: Bool
  private var shown = ""

  init(isQuiet: Bool) { isShown = !isQuiet && isatty(STDERR_FILENO) == 1 }

  deinit { if !shown.isEmpty { write("") } }

  func show(_ stage: String, _ done: Int, of total: Int) {
    guard isShown, total > 0 else { return }
    let line = "\(stage): \(min(100, done * 100 / total)) %"
    if line != shown { write(line) }
    shown = line
  }

  private func write(_ line: String) {
    let bytes = Array("\r\u{1B}[K\(line)".utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
