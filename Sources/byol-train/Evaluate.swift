import ArgumentParser

/// Judges the representation that a checkpoint holds.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judges a checkpoint's representation as the BYOL paper does.",
    discussion: """
      Settings are chosen on validation pictures that are taken from the training set; the test set \
      judges once. Choices are made from --seed and are the same every time.
      """,
    subcommands: [
      EvaluateLinear.self, EvaluateNeighbours.self, EvaluateSemiSupervised.self,
      EvaluateTransfer.self,
    ])
}
