import ArgumentParser
import Checkpoints
import Terminals
import Training

/// Trains, and evaluates, what a checkpoint holds.
@main
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "byol-train",
    abstract: "Trains BYOL: goes on from a checkpoint of any program, or begins.",
    discussion: """
      Before the first update it says what it found in the checkpoint, what it had to assume, and what \
      that changes. A run's own checkpoints go on bit for bit.

      Exit codes: 0 ok (also after SIGTERM or Ctrl-C, when the checkpoint is written), 1 the loss is no \
      number, 2 bad input, 3 usage, 4 input/output.
      """,
    version: NativeNames.createdBy,
    subcommands: [Pretrain.self, Resume.self, Evaluate.self, Report.self])

  static func main() {
    runTool(Train.self) { _ in
      throw ValidationError("byol-train takes a subcommand: pretrain, resume, evaluate or report.")
    }
  }
}
