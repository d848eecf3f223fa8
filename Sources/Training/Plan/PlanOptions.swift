/// What the user says of a run; whatever is nil comes from the checkpoint, its dialect or the usual.
public struct PlanOptions: Sendable, Hashable {
  /// Values of a published run.
  public var preset: Preset?
  /// Pictures in a batch.
  public var batch: Int?
  /// Pictures in the data.
  public var examples: Int?
  /// Epochs of the whole schedule, the source's included.
  public var epochs: Int?
  /// Steps of the whole schedule, the source's included; goes over `epochs`.
  public var total: Int?
  /// The step before which this run ends: the schedule's end where nothing else tells one.
  public var end: Int?
  /// The largest learning rate, as it is.
  public var learningRate: Double?
  /// The same for a batch of 256; it grows with the batch.
  public var baseLearningRate: Double?
  /// A word of `recipe.schedule.kind`.
  public var schedule: String?
  /// Steps of warm-up.
  public var warmup: Int?
  /// A word for the optimiser: `lars`, `sgd`, `adam`, `adamw`; the source's state begins anew where it
  /// is of another one.
  public var optimiser: String?
  /// Weight decay.
  public var weightDecay: Double?
  /// Momentum.
  public var momentum: Double?
  /// tau at step 0.
  public var tau: Double?
  /// The step that comes next, where the file does not tell.
  public var step: Int?
  /// Where random weights of networks that are made begin.
  public var seed: UInt64 = 0

  /// Options that say nothing.
  public init() {}
}
