/// A number of a `Sample` that is written, drawn and sent to TensorBoard under one name.
public struct Measure: Sendable {
  /// Its key in a line of metrics: `feature_deviation`.
  public let name: String
  /// Its tag in TensorBoard, whose part before the slash groups charts: `collapse/feature_deviation`.
  public let tag: String
  /// What people call it: `feature std. deviation`.
  public let title: String
  private let path: Path

  /// Where it is in a sample: the loss is always there, the others may be missing.
  private enum Path: Sendable {
    case always(any WritableKeyPath<Sample, Double> & Sendable)
    case maybe(any WritableKeyPath<Sample, Double?> & Sendable)
  }

  /// All measures, in the order in which they are written and drawn.
  public static let all: [Measure] = [
    Measure("loss", "train", "loss", .always(\.loss)),
    Measure("tau", "schedule", "target's tau", .maybe(\.tau)),
    Measure("learning_rate", "schedule", "learning rate", .maybe(\.learningRate)),
    Measure(
      "feature_deviation", "collapse", "feature std. deviation", .maybe(\.featureDeviation)),
    Measure("effective_rank", "collapse", "effective rank", .maybe(\.effectiveRank)),
    Measure("classification_loss", "train", "classifier's loss", .maybe(\.classificationLoss)),
    Measure("accuracy", "train", "classifier's accuracy", .maybe(\.accuracy)),
    Measure("gradient_norm", "train", "gradient norm", .maybe(\.gradientNorm)),
    Measure("target_distance", "train", "distance to the target", .maybe(\.targetDistance)),
    Measure("images_per_second", "speed", "images per second", .maybe(\.imagesPerSecond)),
  ]

  private init(_ name: String, _ group: String, _ title: String, _ path: Path) {
    self.name = name
    tag = group + "/" + name
    self.title = title
    self.path = path
  }

  /// Its value in a sample; nil where the sample has none.
  public subscript(sample: Sample) -> Double? {
    switch path {
    case .always(let path): sample[keyPath: path]
    case .maybe(let path): sample[keyPath: path]
    }
  }

  /// Puts its value into a sample.
  func set(_ value: Double?, in sample: inout Sample) {
    switch path {
    case .always(let path): sample[keyPath: path] = value ?? .nan
    case .maybe(let path): sample[keyPath: path] = value
    }
  }
}
