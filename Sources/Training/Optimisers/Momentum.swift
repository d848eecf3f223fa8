import Checkpoints
import Gradients

/// SGD with momentum as PyTorch has it, and LARS (You, Gitman and Ginsburg 2017) in three families.
///
/// d = s (g + wd p), m = mu m + d, p -= r m. SGD has s = 1 and r = lr; LARS' families differ in s and in
/// whether the learning rate is in s, and so in the buffer, or in r.
public final class MomentumOptimiser<Scalar: TrainingScalar>: Optimiser {
  private let plan: OptimiserPlan
  private let trust: Trust?
  private let momentum: Slot<Scalar>

  /// - Throws: `Failure` (`badInput`) where a buffer has another shape than its parameter.
  init(
    _ plan: OptimiserPlan, _ trust: Trust?, _ parameters: [Parameter<Scalar>],
    _ checkpoint: Checkpoint
  ) throws {
    self.plan = plan
    self.trust = trust
    momentum = try Slot("momentum", parameters, checkpoint)
  }

  /// Moves a parameter by its gradient.
  public func step(_ parameter: Parameter<Scalar>, rate: Double, decay: Double) {
    guard let buffer = unsafe momentum.buffers[parameter.path] else { return }
    let wd = plan.exclusion.isWithoutDecay(parameter.path) ? 0 : decay
    var constants = Kernels.Momentum(
      decay: wd, scale: 1, momentum: plan.momentum, rate: rate, isNesterov: plan.isNesterov)
    if let trust {
      if !plan.exclusion.isWithoutAdaptation(parameter.path) {
        let ratio = trust.ratio(parameter, decay: wd, plan)
        if ratio == nil, trust == .epsInTrust { constants.decay = 0 }
        constants.scale = ratio ?? 1
        if plan.isClipped, ratio != nil, rate > 0 {
          constants.scale = min(constants.scale / rate, 1)
        }
      }
      if trust == .lrInBuffer {
        constants.scale *= rate
        constants.rate = 1
      }
    }
    unsafe Kernels.step(parameter.values, parameter.gradient, buffer, constants)
  }

  /// The momentum by native name.
  public func entries() throws -> [Checkpoint.Entry] { try momentum.entries() }
}

/// How LARS measures how far a layer may move; the raw value is the word of `recipe.optimizer.variant`.
public enum Trust: String, CaseIterable, Sendable, Hashable {
  /// eta |p| / |g + wd p| (DeepMind, `byol/utils/optimizers.py`).
  case paper
  /// eta |p| / (|g| + wd |p| + eps) (Lightning Bolts, lightly, solo-learn).
  case epsInTrust = "eps-in-trust"
  /// eta |p| / (|g| + wd |p| + eps) with the learning rate in the buffer (yaox12, OpenMMLab).
  case lrInBuffer = "lr-in-buffer"

  /// What the decayed gradient is multiplied by; nil where a norm is 0 and there is nothing to adapt.
  func ratio<Scalar: TrainingScalar>(
    _ parameter: Parameter<Scalar>, decay: Double, _ plan: OptimiserPlan
  ) -> Double? {
    let weight = unsafe Kernels.squares(parameter.values, parameter.values).squareRoot()
    let plus = self == .paper ? decay : 0
    let gradient =
      unsafe Kernels.squares(parameter.gradient, plus: plus, parameter.values).squareRoot()
    guard weight > 0, gradient > 0 else { return nil }
    return switch self {
    case .paper: plan.eta * weight / gradient
    case .epsInTrust, .lrInBuffer: plan.eta * weight / (gradient + decay * weight + plan.eps)
    }
  }
}
