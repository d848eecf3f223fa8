import Checkpoints
import Gradients
import Tensors

/// Adam and AdamW in PyTorch's order of operations, with a count of updates for each parameter.
public final class AdamOptimiser<Scalar: TrainingScalar>: Optimiser {
  private let plan: OptimiserPlan
  private let isDecoupled: Bool
  private let first: Slot<Scalar>
  private let second: Slot<Scalar>
  private var steps: [String: Double] = [:]

  /// - Throws: `Failure` (`badInput`) where a buffer has another shape than its parameter.
  init(
    _ plan: OptimiserPlan, isDecoupled: Bool, _ parameters: [Parameter<Scalar>],
    _ checkpoint: Checkpoint
  ) throws {
    self.plan = plan
    self.isDecoupled = isDecoupled
    first = try Slot("exp_avg", parameters, checkpoint)
    second = try Slot("exp_avg_sq", parameters, checkpoint)
    for parameter in parameters {
      let path = "optimizer/step/\(parameter.path)"
      guard let tensor = checkpoint[path] else { continue }
      guard tensor.count == 1, let value = try tensor.doubles().first,
        value >= 0, value < 1e15, value == value.rounded()
      else {
        throw Failure(place: path, expected: "a count of updates", found: "\(tensor.shape)")
      }
      steps[parameter.path] = value
    }
  }

  /// Moves a parameter by its gradient.
  public func step(_ parameter: Parameter<Scalar>, rate: Double, decay: Double) {
    guard let mean = unsafe first.buffers[parameter.path],
      let square = unsafe second.buffers[parameter.path]
    else { return }
    let count = (steps[parameter.path] ?? 0) + 1
    steps[parameter.path] = count
    unsafe Kernels.step(
      parameter.values, parameter.gradient, mean, square,
      Kernels.Adam(
        rate: rate, decay: plan.exclusion.isWithoutDecay(parameter.path) ? 0 : decay,
        beta1: plan.beta1, beta2: plan.beta2, eps: plan.eps, step: count,
        isDecoupled: isDecoupled))
  }

  /// The moments and the counts by native name; a parameter that never moved has none, as in PyTorch.
  public func entries() throws -> [Checkpoint.Entry] {
    let moved = steps.filter { $0.value > 0 }
    let moments = try (first.entries() + second.entries()).filter { entry in
      moved.keys.contains { entry.path.hasSuffix("/" + $0) }
    }
    let counts = try moved.map { path, count in
      Checkpoint.Entry(
        "optimizer/step/\(path)", try Tensor(floats: [Float(count)], shape: []))
    }
    return (moments + counts).sorted { $0.path < $1.path }
  }
}
