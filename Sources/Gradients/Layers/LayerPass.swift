/// One pass through a network: what layers need to know of it, and what they tell it.
final class LayerPass<Arithmetic: Backend> {
  let backend: Arithmetic
  /// Whether batch norm uses the batch's moments.
  let isTraining: Bool
  /// The running statistics, moved by every batch norm in training.
  var statistics: RunningStatistics
  /// Shown each layer's output, with the layer's native name.
  let observe: ((String, Arithmetic.Value) throws -> Void)?

  init(
    on backend: Arithmetic, isTraining: Bool, statistics: RunningStatistics,
    observe: ((String, Arithmetic.Value) throws -> Void)?
  ) {
    self.backend = backend
    self.isTraining = isTraining
    self.statistics = statistics
    self.observe = observe
  }

  /// A value that has passed no layer.
  func tape(_ value: Arithmetic.Value) -> Tape<Arithmetic> { Tape(value, on: backend) }

  /// Through a convolution.
  func convolve(
    _ tape: Tape<Arithmetic>, _ layer: Convolution<Arithmetic>, needsInput: Bool = true
  ) throws {
    try tape.pass { try layer.run($0, on: backend, needsInput: needsInput) }
    try observe?(layer.path, tape.value)
  }

  /// Through a batch norm, and a ReLU where it `rectifies`.
  func normalise(
    _ tape: Tape<Arithmetic>, _ layer: BatchNorm<Arithmetic>, rectifies: Bool
  ) throws {
    try tape.pass { input in
      guard isTraining else {
        return try backend.normalise(
          input, layer.norm, by: statistics.moments(of: layer.path, count: layer.count),
          rectifies: rectifies)
      }
      let (output, moments, pullback) = try backend.normalise(
        input, layer.norm, rectifies: rectifies)
      try statistics.update(layer.path, by: moments)
      return (output, pullback)
    }
    try observe?(layer.path, tape.value)
  }

  /// Through a linear layer.
  func multiply(_ tape: Tape<Arithmetic>, _ layer: Linear<Arithmetic>) throws {
    try tape.pass { try backend.linear($0, layer.weight, bias: layer.bias) }
    try observe?(layer.path, tape.value)
  }
}
