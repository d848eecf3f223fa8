/// What a resumed run must keep doing, as far as the source or its dialect tells.
///
/// A field that nothing tells is absent, never invented. The JSON form is the `/recipe` document of
/// a native file; its schema is `schemas/recipe.schema.json`.
public struct Recipe: Codable, Hashable, Sendable {
  /// The objective.
  public var loss: Loss?
  /// The name of the augmentation pipeline: `deepmind`.
  public var augmentation: String?
  /// The optimiser and its conventions.
  public var optimizer: Optimizer?
  /// How the learning rate goes.
  public var schedule: Schedule?
  /// The moving average of the target network.
  public var tau: Tau?
  /// Where the target's running statistics come from: `own` (its own forwards), `copied`, `averaged`.
  public var targetBN: String?
  /// Updates done, as the source counts them.
  public var step: Int?
  /// Epochs done, as the source counts them.
  public var epoch: Int?
  /// What `step` means for the next update: `repeat` (DeepMind: the saved index is run again after an
  /// interruption) or `next`.
  public var stepCounts: String?
  /// The kind of random state in `/training/random`: `jax-threefry`.
  public var random: String?

  /// A recipe that says nothing.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case loss, augmentation, optimizer, schedule, tau, step, epoch, random
    case targetBN = "target_bn"
    case stepCounts = "step_counts"
  }

  /// The objective.
  public struct Loss: Codable, Hashable, Sendable {
    /// `2-2cos`: the squared distance of unit vectors.
    public var form: String
    /// Added to the sum of the symmetrised terms.
    public var constant: Double
    /// `separate` (batch norm sees a view at a time) or `concatenated`.
    public var views: String
  }

  /// The optimiser and its conventions.
  public struct Optimizer: Codable, Hashable, Sendable {
    /// `lars`, `sgd`, `adam`.
    public var family: String
    /// Which LARS: `paper`, `eps-in-trust` or `lr-in-buffer`.
    public var variant: String?
    /// Parameters without weight decay and adaptation: `bias-and-norm`.
    public var excludes: String?
    /// Whether the momentum buffer contains the learning rate.
    public var lrInBuffer: Bool
    /// The learning rate of the last update, where the buffer contains it.
    public var lastLR: Double?
    /// Constants by name: `momentum`, `eta`, `weight_decay`, `base_lr`.
    public var hyperparameters: [String: Double]

    enum CodingKeys: String, CodingKey {
      case family, variant, excludes, hyperparameters
      case lrInBuffer = "lr_in_buffer"
      case lastLR = "last_lr"
    }
  }

  /// How the learning rate goes.
  public struct Schedule: Codable, Hashable, Sendable {
    /// `warmup-cosine`, `constant` ...
    public var kind: String
    /// Steps of linear warm-up.
    public var warmup: Int?
    /// Steps in all.
    public var total: Int?
  }

  /// The moving average of the target network.
  public struct Tau: Codable, Hashable, Sendable {
    /// `cosine` or `constant`.
    public var kind: String
    /// The value at step 0.
    public var base: Double?
    /// Steps in all.
    public var total: Int?
    /// What the step is divided by: `K` or `K-1`.
    public var divisor: String?
    /// When the average is taken: `after-update`, `before-forward` ...
    public var applied: String
    /// Tensors that follow the average: `parameters` or `all`.
    public var covers: String
  }
}
