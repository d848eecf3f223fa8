import Glibc
import Tensors

/// The learning rate of every step.
///
/// All programs warm up linearly and go down by half a cosine; they differ in where they begin, in what
/// the step is divided by, and in whether a step or an epoch counts.
public struct LearningRate: Sendable, Hashable {
  /// A formula; the raw value is the word of `recipe.schedule.kind`.
  public enum Kind: String, CaseIterable, Sendable, Hashable {
    /// The same in every step.
    case constant
    /// From 0, so that step 0 changes nothing; to 0 at the last step (DeepMind, `schedules.py`).
    case warmupCosine = "warmup-cosine"
    /// The first step has already a share of the peak; to a thousandth of it (lightly's
    /// `CosineWarmupScheduler`).
    case fromNext = "warmup-cosine-from-next"
    /// From a thousandth of the peak, down along a cosine over all the steps, warm-up included, so that
    /// the end is above that thousandth (yaox12).
    case overTotal = "warmup-cosine-over-total"
    /// From `warmup_start_lr` in the first step to the peak in the last step of the warm-up
    /// (`LinearWarmupCosineAnnealingLR`, stepped every update: solo-learn).
    case byStep = "warmup-cosine-by-step"
    /// The same, stepped every epoch (Bolts, essential-BYOL).
    case byEpoch = "warmup-cosine-by-epoch"
    /// From a ten-thousandth of the peak step by step, then a cosine that changes every epoch
    /// (OpenMMLab 1.x).
    case epochsAfterWarmup = "warmup-then-cosine-by-epoch"
    /// A cosine over all epochs that changes every epoch, under a warm-up step by step (OpenMMLab 0.x).
    case epochsUnderWarmup = "cosine-by-epoch-under-warmup"
  }

  /// The formula.
  public var kind: Kind
  /// The largest learning rate.
  public var peak: Double
  /// Steps of warm-up.
  public var warmup: Int
  /// Steps in all, warm-up included.
  public var total: Int
  /// Steps in an epoch, for formulas that count epochs.
  public var stepsPerEpoch = 1
  /// Where a warm-up begins, for formulas that take it: `warmup_start_lr`.
  public var start = 0.0
  /// Where the cosine ends, for formulas that take it: `min_lr`.
  public var end = 0.0

  /// A schedule.
  public init(kind: Kind, peak: Double, warmup: Int = 0, total: Int = 0) {
    self.kind = kind
    self.peak = peak
    self.warmup = warmup
    self.total = total
  }

  /// The learning rate of the step of that index, counted from 0.
  ///
  /// - Parameter other: of a group with a largest learning rate of its own; the schedule's where nil.
  public func at(_ step: Int, peak other: Double? = nil) -> Double {
    let peak = other ?? self.peak
    let (step, warmup, total) = (Double(step), Double(warmup), Double(total))
    switch kind {
    case .constant: return peak
    case .warmupCosine:
      if step < warmup { return step / warmup * peak }
      return peak * Self.fall(min(step, total) - warmup, total - warmup)
    case .fromNext:
      if step < warmup { return peak * (step + 1) / warmup }
      return peak * (0.001 + 0.999 * Self.fallToLast(step - warmup, total - warmup))
    case .overTotal:
      let least = 0.001 * peak
      if step < warmup { return least + (peak - least) * step / warmup }
      return least + (peak - least) * Self.fall(step - warmup, total)
    case .byStep: return annealed(step, warmup, total, peak)
    case .byEpoch:
      let epoch = Double(max(stepsPerEpoch, 1))
      return annealed(
        (step / epoch).rounded(.down), (warmup / epoch).rounded(), (total / epoch).rounded(), peak)
    case .epochsAfterWarmup:
      if step < warmup {
        return peak * (1e-4 + (1 - 1e-4) * step / max(warmup - 1, 1))
      }
      let epoch = Double(max(stepsPerEpoch, 1))
      let done = (step / epoch).rounded(.down) - (warmup / epoch).rounded()
      return peak * Self.fall(done, ((total - warmup) / epoch).rounded())
    case .epochsUnderWarmup:
      let epoch = Double(max(stepsPerEpoch, 1))
      let regular = peak * Self.fall((step / epoch).rounded(.down), (total / epoch).rounded())
      return step < warmup ? regular * (1 - (1 - step / warmup) * (1 - 1e-4)) : regular
    }
  }

  /// Bolts' formula over steps or epochs.
  private func annealed(
    _ step: Double, _ warmup: Double, _ total: Double, _ peak: Double
  ) -> Double {
    if step < warmup {
      return step == 0 || warmup <= 1 ? start : start + step * (peak - start) / (warmup - 1)
    }
    return end + (peak - end) * Self.fall(step - warmup, total - warmup)
  }

  /// Half a cosine from 1 at 0 to 0 at `length`.
  static func fall(_ step: Double, _ length: Double) -> Double {
    guard length > 0 else { return step < 0 ? 1 : 0 }
    return (cos(.pi * step / length) + 1) / 2
  }

  /// Half a cosine from 1 at 0 to 0 at `length - 1`, the last step, and 0 after it.
  static func fallToLast(_ step: Double, _ length: Double) -> Double {
    guard length > 1, step < length - 1 else { return 0 }
    return (cos(.pi * step / (length - 1)) + 1) / 2
  }
}
