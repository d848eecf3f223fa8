/// What one training step is like to somebody who watches.
///
/// Its JSON object has the same names in snake case; a number that is not finite, which JSON cannot
/// say, is `null` there.
public struct Sample: Sendable, Equatable {
  /// The step's index, from 0, as the schedules count.
  public var step: Int
  /// The passes over the data so far: 1.5 is in the middle of the second.
  public var epoch: Double
  /// The loss of the update in the recipe's form.
  ///
  /// Grill et al. 2020, equation 2, of both views.
  public var loss: Double
  /// The cross-entropy of the online classifier, in nats.
  public var classificationLoss: Double?
  /// The part of the batch that the online classifier gets right, 0 to 1.
  public var accuracy: Double?
  /// The factor of the target's moving average in this step.
  public var tau: Double?
  /// The optimiser's learning rate in this step.
  public var learningRate: Double?
  /// Pictures trained on in a second (two views of each).
  public var imagesPerSecond: Double?
  /// `CollapseMeasures.featureDeviation` of the online embedding.
  public var featureDeviation: Double?
  /// `CollapseMeasures.effectiveRank` of the online embedding.
  public var effectiveRank: Double?
  /// The l2 norm of the loss's gradient with respect to all trained parameters.
  public var gradientNorm: Double?
  /// The l2 distance of online and target parameters.
  public var targetDistance: Double?

  /// A step of which the loss is known; the rest is set where it is known.
  public init(step: Int, epoch: Double, loss: Double) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
  }
}
