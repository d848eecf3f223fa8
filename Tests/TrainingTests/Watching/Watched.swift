@testable import Training

/// A run that tests watch.
enum Watched {
  static let run = RunDescription(
    title: "ResNet-18 <x0.25> & friends", steps: 100, embeddingWidth: 16,
    settings: [.init("batch", "128"), .init("recipe", "a \"quoted\" one")])

  /// A step with most measures.
  static func sample(_ step: Int, loss: Double? = nil) -> Sample {
    var sample = Sample(
      step: step, epoch: Double(step) / 8, loss: loss ?? 4 / Double(step + 1))
    sample.tau = 0.996
    sample.learningRate = 0.25
    sample.featureDeviation = 0.125
    return sample
  }
}
