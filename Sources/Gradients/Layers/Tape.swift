/// A value on its way through the layers, and the way back of a gradient.
///
/// Each layer's memory is freed as the gradient has passed it.
final class Tape<Arithmetic: Backend> {
  /// What the last layer gave.
  private(set) var value: Arithmetic.Value
  let backend: Arithmetic
  private var pullbacks: [Arithmetic.Pullback] = []

  /// A value that has passed no layer.
  init(_ value: Arithmetic.Value, on backend: Arithmetic) {
    self.value = value
    self.backend = backend
  }

  /// Whether the value is still the one it began with.
  var isEmpty: Bool { pullbacks.isEmpty }

  /// Goes through a layer.
  func pass(
    _ layer: (Arithmetic.Value) throws -> (Arithmetic.Value, Arithmetic.Pullback)
  ) rethrows {
    let (output, pullback) = try layer(value)
    value = output
    if backend.isRecording { pullbacks.append(pullback) }
  }

  /// The gradient with respect to the first value.
  func pull(_ gradient: Arithmetic.Value) throws -> Arithmetic.Value {
    var gradient = gradient
    while let pullback = pullbacks.popLast() { gradient = try pullback(gradient) }
    return gradient
  }

  /// Forgets the value, which the layers behind have if they need it.
  func take() -> Arithmetic.Value { value }
}
