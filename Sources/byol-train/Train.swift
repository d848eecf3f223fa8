import ArgumentParser
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
    version: versionText("byol-train"),
    subcommands: [Pretrain.self, Resume.self, Evaluate.self, Report.self])

  static func main() {
    runTool(Train.self, examples: examples) { _ in
      throw ValidationError("byol-train takes a subcommand: pretrain, resume, evaluate or report.")
    }
  }

  /// For the manual page.
  private static let examples = [
    Manual.Example(
      "byol-train resume last.ckpt --data photos --out on.h5",
      "Goes on from a checkpoint of any program: same recipe, same state."),
    Manual.Example(
      "byol-train pretrain --preset deepmind-300 --data photos --out run.h5",
      "Begins from random weights, by the paper's recipe for 300 epochs."),
    Manual.Example(
      "byol-train evaluate linear run.h5 --train train --test val",
      "Judges the encoder by a linear classifier."),
  ]
}
