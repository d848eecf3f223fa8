import Tensors

/// The moving average that makes the target network: target = tau target + (1 - tau) online.
public struct Tau: Sendable, Hashable {
  /// How tau goes; the raw value is the word of `recipe.tau.kind`.
  public enum Kind: String, CaseIterable, Sendable, Hashable {
    /// The same in every step.
    case constant
    /// 1 - (1 - base)(cos(pi k / K) + 1)/2 (Grill, Strub and others 2020, section 3.3).
    case cosine
    /// The same, but the first update of every process has the base: programs that keep tau in memory
    /// and compute the next one after each update (solo-learn, Bolts, essential-BYOL).
    case cosineFromBase = "cosine-from-base"
  }

  /// When in a step the average is taken; the raw value is the word of `recipe.tau.applied`.
  public enum Moment: String, CaseIterable, Sendable, Hashable {
    /// Before either network sees a view.
    case beforeForward = "before-forward"
    /// Between the forward passes of the online and of the target network.
    case beforeTargetForward = "before-target-forward"
    /// After the gradients and before the optimiser.
    case beforeUpdate = "before-update"
    /// After the optimiser.
    case afterUpdate = "after-update"
  }

  /// How tau goes.
  public var kind: Kind
  /// The value at step 0.
  public var base: Double
  /// K: steps in all.
  public var total: Int
  /// Whether the step is divided by K - 1, so that the last step has tau = 1 (lightly).
  public var endsAtLast = false
  /// When in a step.
  public var moment: Moment
  /// Whether the first update of a checkpoint's target is a copy, and updates of the target are counted
  /// instead of steps (OpenMMLab's `target_net.steps`).
  public var countsTargetUpdates = false

  /// A moving average.
  public init(kind: Kind, base: Double, total: Int = 0, moment: Moment = .afterUpdate) {
    self.kind = kind
    self.base = base
    self.total = total
    self.moment = moment
  }

  /// tau in the step of that index, counted from 0.
  ///
  /// - Parameter isFirst: whether it is the first update of this process.
  public func at(_ step: Int, isFirst: Bool = false) -> Double {
    guard kind != .constant, !(kind == .cosineFromBase && isFirst) else { return base }
    let (step, total) = (Double(step), Double(total))
    let rest =
      endsAtLast ? LearningRate.fallToLast(step, total) : LearningRate.fall(min(step, total), total)
    return 1 - (1 - base) * rest
  }
}
