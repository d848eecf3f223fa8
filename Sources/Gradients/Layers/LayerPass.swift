/// One pass through a network: what layers need to know of it, and what they tell it.
///
/// Values go from layer to layer by name, so that none is kept longer than a pullback needs it.
final class LayerPass<Arithmetic: Backend> {
  typealias Value = Arithmetic.Value

  let backend: Arithmetic
  /// Whether batch norm uses the batch's moments.
  let isTraining: Bool
  /// The running statistics, moved by every batch norm in training.
  var statistics: RunningStatistics
  /// Shown each layer's output, with the layer's native name.
  let observe: ((String, Value) throws -> Void)?

  init(
    on backend: Arithmetic, isTraining: Bool, statistics: RunningStatistics,
    observe: ((String, Value) throws -> Void)?
  ) {
    self.backend = backend
    self.isTraining = isTraining
    self.statistics = statistics
    self.observe = observe
  }

  /// Through a layer: its output, and its way back on the tape, where the pass is recorded.
  ///
  /// - Parameter path: the layer's native name, where it has one.
  func pass(
    _ path: String? = nil, onto tape: Tape<Arithmetic>,
    _ layer: () throws -> (Value, Arithmetic.Pullback)
  ) throws -> Value {
    let (output, pullback) = try layer()
    if backend.isRecording { tape.append(pullback) }
    if let path { try observe?(path, output) }
    return output
  }

  /// Through a convolution.
  func convolve(
    _ input: Value, _ layer: Convolution<Arithmetic>, onto tape: Tape<Arithmetic>,
    needsInput: Bool = true
  ) throws -> Value {
    try pass(layer.path, onto: tape) {
      try layer.run(input, on: backend, needsInput: needsInput)
    }
  }

  /// Through a batch norm, and a ReLU where it `rectifies`.
  func normalise(
    _ input: Value, _ layer: BatchNorm<Arithmetic>, rectifies: Bool, onto tape: Tape<Arithmetic>
  ) throws -> Value {
    try pass(layer.path, onto: tape) {
      guard isTraining else {
        let moments = try statistics.moments(of: layer.path, count: layer.count)
        return try backend.normalise(input, layer.norm, by: moments, rectifies: rectifies)
      }
      let (output, moments, pullback) = try backend.normalise(
        input, layer.norm, rectifies: rectifies)
      try statistics.update(layer.path, by: moments)
      return (output, pullback)
    }
  }

  /// Through a linear layer.
  func multiply(
    _ input: Value, _ layer: Linear<Arithmetic>, onto tape: Tape<Arithmetic>
  ) throws -> Value {
    try pass(layer.path, onto: tape) {
      try backend.linear(input, layer.weight, bias: layer.bias)
    }
  }
}
