import Checkpoints
import Tensors

/// Everything that the next update needs, resolved from a checkpoint's contract and recipe and from
/// what the user says; each value with its origin.
public struct Plan: Sendable {
  /// Where the target's running statistics come from; the raw value is the word of `recipe.target_bn`.
  public enum TargetStatistics: String, CaseIterable, Sendable, Hashable {
    /// Its own forward passes.
    case own
    /// The online network's, copied in every step, and then its own forward passes (OpenMMLab 1.x).
    case copied
    /// Its own forward passes, and then the moving average over the online network's (Keras).
    case averaged
  }

  /// The linear classifier that is trained on the embeddings, without a gradient into them.
  public struct Classifier: Sendable, Hashable {
    /// The native name of its head, without its branch.
    public static let head = "heads/classifier"
    /// What its cross-entropy is multiplied by.
    public var weight = 1.0
    /// Views whose embeddings it sees: 1 (DeepMind, lightly) or 2 (solo-learn, essential-BYOL).
    public var views = 1
    /// Its own largest learning rate; the others' where nil.
    public var peak: Double?
    /// Its own weight decay; the others' where nil.
    public var weightDecay: Double?
  }

  /// The loss.
  public var objective: Objective
  /// What moves the parameters.
  public var optimiser: OptimiserPlan
  /// Whether the checkpoint's optimiser state is of that optimiser, and is gone on with.
  public var keepsState = true
  /// How far, step by step.
  public var learningRate: LearningRate
  /// What makes the target.
  public var tau: Tau
  /// Where the target's running statistics come from.
  public var targetStatistics: TargetStatistics
  /// How the linear classifier is trained, where the checkpoint has one and labels are given.
  public var classifier: Classifier
  /// The index of the next step in the schedules.
  public var nextStep: Int
  /// Pictures in a batch, where it is known.
  public var batch: Int?
  /// Where random weights of networks that are made begin.
  public var seed: UInt64
  /// The recipe with every value that the plan settled: what a checkpoint of this run carries.
  public var recipe: Recipe
  /// Where the values of the recipe come from, by path: `recipe.tau.base`.
  public var origins: Origins
  /// The resumability report, in the order in which it is read.
  public var findings: [PlanFinding]

  /// The plan for going on from a checkpoint.
  ///
  /// - Throws: `Failure` where the checkpoint cannot be trained (no encoder, a network that no engine
  ///   runs) or its recipe has a word that has no meaning here.
  public init(_ checkpoint: Checkpoint, options: PlanOptions = PlanOptions()) throws {
    var planning = try Planning(checkpoint, options)
    try planning.findNetworks()
    try planning.findOptimiser()
    try planning.findProgress()
    try planning.findTau()
    try planning.findObjective()
    planning.findRandom()
    self = try planning.plan()
  }

  /// The checkpoint with the networks that the source lacks: the target begins as a copy of the online
  /// network, the predictor with random weights.
  ///
  /// - Throws: `Failure` where they cannot be made.
  public func completed(_ checkpoint: Checkpoint) throws -> Checkpoint {
    var whole = checkpoint
    let roles = Set(whole.roles)
    if !roles.contains(.targetEncoder) || !roles.contains(.targetProjector) {
      try whole.makeTarget(withPredictor: false)
    }
    if !roles.contains(.onlinePredictor) {
      try whole.makePredictor(
        hidden: nil, seed: seed,
        initialiser: .usual(of: whole.contract))
    }
    return whole
  }
}
