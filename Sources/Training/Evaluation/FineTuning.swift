import Glibc
import Tensors

/// How a network is fine-tuned: SGD with Nesterov momentum, crops and flips, batch norm in training mode.
public struct FineTuning: Sendable {
  /// The share of the training pictures whose labels are used, the same number of every class; 1 for all.
  public var labels = 1.0
  /// Base learning rates tried; the rate is base * batch / 256, and falls to 0 along half a cosine.
  public var rates: [Double]
  /// Lengths tried, in passes over the labelled pictures.
  public var epochs: [Int]
  /// Updates in all, instead of epochs.
  public var steps: Int?
  /// Weight decays tried; the paper divides them by the learning rate, and so does this.
  public var decays = [0.0]
  /// Pictures of a batch; nil for 1024, or fewer where there are few pictures.
  public var batch: Int?
  /// Whether running statistics keep max(1 - 10 / steps of an epoch, 0.9), as in the paper's transfer;
  /// otherwise the contract's share.
  public var slowsStatistics = false

  /// The paper's semi-supervised protocol, with a share of the labels.
  public static func semiSupervised(labels: Double) -> FineTuning {
    FineTuning(labels: labels, rates: [0.005, 0.01, 0.02, 0.05, 0.1], epochs: [30, 50])
  }

  /// The paper's transfer: 20,000 updates of 256 pictures; 7 rates from 1e-4 to 0.1, 7 decays from 1e-6
  /// to 1e-3 and none.
  public static let transfer: FineTuning = {
    var plan = FineTuning(labels: 1, rates: spaced(1e-4, 1e-1), epochs: [])
    plan.decays = [0] + spaced(1e-6, 1e-3)
    plan.steps = 20_000
    plan.batch = 256
    plan.slowsStatistics = true
    return plan
  }()

  /// 7 numbers, evenly spaced by logarithm.
  private static func spaced(_ first: Double, _ last: Double) -> [Double] {
    (0..<7).map { first * pow(last / first, Double($0) / 6) }
  }
}

extension FineTuning {
  /// Refuses settings that mean nothing.
  ///
  /// - Throws: `Failure` (`usage`).
  func check() throws {
    guard labels > 0, labels <= 1 else {
      throw Failure(.usage, "a share of the labels is above 0 and at most 1, not \(labels)")
    }
    guard !rates.isEmpty, rates.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw Failure(.usage, "learning rates are positive numbers")
    }
    guard !decays.isEmpty, decays.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw Failure(.usage, "weight decays are numbers, 0 or more")
    }
    guard steps ?? 1 >= 1, steps != nil || (!epochs.isEmpty && epochs.allSatisfy { $0 >= 1 }) else {
      throw Failure(.usage, "epochs and steps are 1 or more")
    }
    guard batch ?? 2 >= 2 else { throw Failure(.usage, "a batch has 2 pictures or more") }
  }
}
