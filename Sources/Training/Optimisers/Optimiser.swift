import Checkpoints
import Gradients
import Tensors

/// What moves the parameters of the online network against their gradients.
///
/// Its state is kept by the parameters' native names and goes into a checkpoint as
/// `optimizer/SLOT/NAME`.
public protocol Optimiser<Scalar>: AnyObject {
  /// The numbers computed with.
  associatedtype Scalar: TrainingScalar

  /// Moves a parameter by its gradient.
  ///
  /// - Parameters:
  ///   - rate: the learning rate of this step.
  ///   - decay: the weight decay, before the exclusion rule is asked.
  func step(_ parameter: Parameter<Scalar>, rate: Double, decay: Double)

  /// The state by native name, sorted: `optimizer/momentum/online/...`.
  func entries() throws -> [Checkpoint.Entry]
}

/// Which optimiser, with its constants.
public struct OptimiserPlan: Sendable, Hashable {
  /// A rule by which parameters move.
  public enum Family: Sendable, Hashable {
    /// SGD with momentum; LARS where there is a trust ratio.
    case momentum(Trust?)
    /// Adam (Kingma and Ba 2015) with weight decay in the gradient.
    case adam
    /// AdamW (Loshchilov and Hutter 2019): weight decay shrinks the parameter itself.
    case adamW
  }

  /// The rule.
  public var family: Family
  /// Parameters without weight decay and adaptation.
  public var exclusion: Exclusion
  /// Momentum's share of the buffer that stays; 0 where there is none.
  public var momentum = 0.0
  /// Whether momentum is Nesterov's, as PyTorch and optax have it.
  public var isNesterov = false
  /// Weight decay.
  public var weightDecay = 0.0
  /// LARS: the trust coefficient.
  public var eta = 0.001
  /// LARS: added to the norms; Adam: added to the root of the second moment.
  public var eps = 1e-8
  /// LARS: whether the rate of a layer is at most the learning rate (LARC, solo-learn's `clip_lr`).
  public var isClipped = false
  /// Adam: the share of the mean that stays.
  public var beta1 = 0.9
  /// Adam: the share of the mean square that stays.
  public var beta2 = 0.999

  /// An optimiser with the usual constants.
  public init(family: Family, exclusion: Exclusion = .none) {
    self.family = family
    self.exclusion = exclusion
  }

  /// The optimiser, with what a checkpoint holds of its state.
  ///
  /// - Throws: `Failure` (`badInput`) where a buffer has another shape than its parameter.
  public func optimiser<Scalar: TrainingScalar>(
    for parameters: [Parameter<Scalar>], from checkpoint: Checkpoint
  ) throws -> any Optimiser<Scalar> {
    switch family {
    case .momentum(let trust):
      try MomentumOptimiser(self, trust, parameters, checkpoint)
    case .adam, .adamW:
      try AdamOptimiser(self, isDecoupled: family == .adamW, parameters, checkpoint)
    }
  }
}
