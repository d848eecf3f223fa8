import Glibc

/// A learning rate that falls from `base` to 0 along half a cosine, without warm-up: that of DeepMind's
/// `eval_experiment.py`.
public struct CosineDecay: Sendable {
  /// The rate at step 0.
  public var base: Double
  /// Steps in all.
  public var total: Int

  /// A rate that falls from `base` within `total` steps.
  public init(base: Double, total: Int) {
    self.base = base
    self.total = total
  }

  /// The rate of a step.
  public func rate(at step: Int) -> Double {
    base * 0.5 * (1 + cos(.pi * Double(min(step, total)) / Double(max(1, total))))
  }
}
