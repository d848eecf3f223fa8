import Checkpoints
import Gradients
import Tensors
import TestSupport
import Testing

@testable import Training

/// One recorded step, made by an `Updater` from the recorded state before it.
struct OracleUpdate<Arithmetic: Backend> {
  /// What the update said of itself.
  let report: StepReport
  /// The largest difference from the recorded state of each kind of tensor.
  let worst: [String: Difference]
  /// The largest absolute difference of a number of each kind.
  let farthest: [String: Double]

  /// - Parameters:
  ///   - options: what the recorded run was told.
  ///   - usesRecordedRate: whether the recorded learning rate goes over the schedule's.
  ///   - floor: numbers are compared relative to their size, or to this where they are smaller.
  init(
    _ oracle: Oracle, _ step: Int, on backend: Arithmetic, options: PlanOptions = PlanOptions(),
    usesRecordedRate: Bool = true, floor: Double
  ) throws {
    let before = try oracle.checkpoint(before: step)
    let plan = try Plan(before, options: options)
    let updater = try Updater(before, plan: plan, backend: backend)
    let rate = try oracle.number(
      oracle.isHaiku ? "step\(step)/logs/learning_rate" : "step\(step)/lr")
    report = try updater.update(
      try Self.views(oracle, step), learningRate: usesRecordedRate ? rate : nil, tau: nil)
    (worst, farthest) = try Self.compare(
      updater.checkpoint(), with: oracle.checkpoint(after: step), plan, rate: rate, floor: floor)
  }

  /// The recorded views and labels of a step.
  static func views(_ oracle: Oracle, _ step: Int) throws -> Views {
    let (first, second) = (try oracle.view(1, of: step), try oracle.view(2, of: step))
    return Views(
      first: Batch(shape: first.shape, exact: first.values),
      second: Batch(shape: second.shape, exact: second.values),
      labels: oracle.isHaiku ? try oracle.array("step\(step)/labels").integers() ?? [] : [])
  }

  private static func compare(
    _ mine: Checkpoint, with theirs: Checkpoint, _ plan: Plan, rate: Double, floor: Double
  ) throws -> (worst: [String: Difference], farthest: [String: Double]) {
    var worst: [String: Difference] = [:]
    var farthest: [String: Double] = [:]
    for entry in theirs.entries {
      let path = entry.path
      guard let tensor = mine[path] else {
        Issue.record("\(path) is not in the checkpoint")
        continue
      }
      #expect(tensor.shape == entry.tensor.shape, "\(path)")
      guard entry.tensor.elementType.isFloatingPoint else {
        #expect(try tensor.integers() == entry.tensor.integers(), "\(path)")
        continue
      }
      let (own, recorded) = (try tensor.doubles(), try entry.tensor.doubles())
      if isBeforeNorm(path), !path.hasPrefix("optimizer/step/") {
        // The exact gradient is 0: what is recorded is rounding, which Adam divides by its own size, so
        // that a parameter moves by up to the learning rate.
        let isMoved = plan.optimiser.family == .adam && !path.hasPrefix("optimizer/")
        let limit = isMoved ? 2 * rate : 2e-6
        #expect(zip(own, recorded).allSatisfy { abs($0 - $1) < limit }, "\(path)")
        continue
      }
      let kind = path.hasPrefix("optimizer/") ? "optimizer" : Self.kind(path)
      let difference = Difference(of: path, own, recorded, floor: floor)
      worst[kind] = max(worst[kind] ?? difference, difference)
      for (left, right) in zip(own, recorded) {
        farthest[kind] = max(farthest[kind] ?? 0, abs(left - right))
      }
    }
    return (worst, farthest)
  }

  private static func kind(_ path: String) -> String {
    let leaf = path.split(separator: "/").last ?? ""
    if path.hasPrefix("training/") || leaf == "mean" || leaf == "variance" { return "statistics" }
    return path.hasPrefix("target/") ? "target" : "online"
  }

  /// A bias that a batch norm takes away again, so that its gradient is exactly 0: those of the
  /// projector's layers, of which the last goes through the predictor's first, and the predictor's first.
  private static func isBeforeNorm(_ path: String) -> Bool {
    ["projector/linear0/bias", "projector/linear1/bias", "predictor/linear0/bias"]
      .contains { path.hasSuffix("/" + $0) }
  }
}
