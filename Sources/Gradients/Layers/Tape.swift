/// The way back of a gradient through layers that a value has passed.
///
/// Each layer's memory is freed as the gradient has passed it.
final class Tape<Arithmetic: Backend> {
  private var pullbacks: [Arithmetic.Pullback] = []

  /// Notes the way back through the layer passed last.
  func append(_ pullback: @escaping Arithmetic.Pullback) { pullbacks.append(pullback) }

  /// The gradient with respect to the first layer's input, from that of the last one's output.
  func pull(_ gradient: Arithmetic.Value) throws -> Arithmetic.Value {
    var gradient = gradient
    while let pullback = pullbacks.popLast() { gradient = try pullback(gradient) }
    return gradient
  }
}
