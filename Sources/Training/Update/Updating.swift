import Checkpoints
import Gradients

/// Two views of a batch of pictures, as the network sees them.
public struct Views: Sendable {
  /// One view of each picture.
  public var first: Batch
  /// Another view of the same pictures, in the same order.
  public var second: Batch
  /// The class of each picture, -1 where it is unknown; empty where no picture has one.
  public var labels: [Int]

  /// Two views of the same pictures.
  public init(first: Batch, second: Batch, labels: [Int] = []) {
    self.first = first
    self.second = second
    self.labels = labels
  }
}

/// What one update did.
public struct StepReport: Sendable {
  /// The index of the step in the schedules, counted from 0.
  public var step: Int
  /// The loss of the two views, without the classifier's.
  public var loss: Double
  /// The classifier's mean cross-entropy, unweighted; nil where nothing is labelled.
  public var classificationLoss: Double?
  /// The share of labelled pictures whose first view the classifier names, before the update.
  public var accuracy: Double?
  /// The learning rate of this step.
  public var learningRate: Double
  /// tau of this step's moving average; 0 where the target was copied.
  public var tau: Double
  /// The length of the gradient of all parameters together.
  public var gradientNorm: Double
  /// `CollapseMeasures.featureDeviation` of the first view's embeddings: near 0 after a collapse.
  public var featureDeviation: Double
  /// The first view's embeddings, [N, D], where they were asked for.
  public var embedding: Rows<Float>?
}

/// Something that makes BYOL's updates one after the other.
public protocol Updating: AnyObject {
  /// The index of the next step in the schedules, counted from 0.
  var nextStep: Int { get }

  /// One update.
  ///
  /// - Throws: `Failure`: `badInput` where the views do not fit the network, `differs` where a number is
  ///   not finite, naming the layer; the parameters are then as they were before.
  func update(_ views: Views) throws -> StepReport

  /// One update, with the first view's embeddings in the report where `reportsEmbedding`.
  func update(_ views: Views, reportsEmbedding: Bool) throws -> StepReport

  /// Everything that is needed to go on from here, in the types in which it is computed.
  func checkpoint() throws -> Checkpoint
}

extension Updating {
  /// One update, without embeddings.
  public func update(_ views: Views) throws -> StepReport {
    try update(views, reportsEmbedding: false)
  }

  /// One update; whoever does not say otherwise reports no embeddings.
  public func update(_ views: Views, reportsEmbedding: Bool) throws -> StepReport {
    try update(views)
  }
}
