import Glibc
import Gradients

/// Stochastic gradient descent with Nesterov momentum, as optax and PyTorch have it.
///
/// With weight decay added to the gradient g: `trace = g + momentum * trace`, and the values go
/// `rate * (g + momentum * trace)` downhill.
struct NesterovMomentum {
  /// The share of the trace that stays.
  var momentum = 0.9
  /// Times the values, added to the gradient.
  var weightDecay = 0.0

  /// Moves values and trace by one step.
  func step<Scalar: TrainingScalar>(
    _ values: UnsafeMutableBufferPointer<Scalar>, trace: UnsafeMutableBufferPointer<Scalar>,
    gradient: UnsafeBufferPointer<Scalar>, rate: Double
  ) {
    let (momentum, decay, rate) = (Scalar(momentum), Scalar(weightDecay), Scalar(rate))
    for index in values.indices {
      let slope = gradient[index] + decay * values[index]
      trace[index] = slope + momentum * trace[index]
      values[index] -= rate * (slope + momentum * trace[index])
    }
  }
}

/// A learning rate that falls from `base` to 0 along half a cosine, without warm-up.
struct CosineDecay {
  /// The rate at step 0.
  var base: Double
  /// Steps in all.
  var total: Int

  /// The rate of a step.
  func rate(at step: Int) -> Double {
    base * 0.5 * (1 + cos(.pi * Double(min(step, total)) / Double(max(1, total))))
  }
}
