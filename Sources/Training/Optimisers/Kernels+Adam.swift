import Gradients

extension Kernels {
  /// The constants of one step of Adam for one parameter.
  struct Adam {
    var rate: Double
    var decay: Double
    var beta1: Double
    var beta2: Double
    var eps: Double
    /// Updates of this parameter, this one included.
    var step: Double
    /// Whether weight decay shrinks the parameter itself (AdamW) instead of joining the gradient.
    var isDecoupled: Bool
  }

  /// One step of Adam in PyTorch's order of operations.
  static func step<Scalar: TrainingScalar>(
    _ values: UnsafeMutableBufferPointer<Scalar>, _ gradient: UnsafeMutableBufferPointer<Scalar>,
    _ first: UnsafeMutableBufferPointer<Scalar>, _ second: UnsafeMutableBufferPointer<Scalar>,
    _ constants: Adam
  ) {
    if let values = unsafe values as? UnsafeMutableBufferPointer<Float>,
      let gradient = unsafe gradient as? UnsafeMutableBufferPointer<Float>,
      let first = unsafe first as? UnsafeMutableBufferPointer<Float>,
      let second = unsafe second as? UnsafeMutableBufferPointer<Float>
    {
      unsafe adamBody(values, gradient, first, second, constants)
    } else if let values = unsafe values as? UnsafeMutableBufferPointer<Double>,
      let gradient = unsafe gradient as? UnsafeMutableBufferPointer<Double>,
      let first = unsafe first as? UnsafeMutableBufferPointer<Double>,
      let second = unsafe second as? UnsafeMutableBufferPointer<Double>
    {
      unsafe adamBody(values, gradient, first, second, constants)
    } else {
      unsafe adamBody(values, gradient, first, second, constants)
    }
  }

  @inline(__always)
  private static func adamBody<Scalar: TrainingScalar>(
    _ values: UnsafeMutableBufferPointer<Scalar>, _ gradient: UnsafeMutableBufferPointer<Scalar>,
    _ first: UnsafeMutableBufferPointer<Scalar>, _ second: UnsafeMutableBufferPointer<Scalar>,
    _ constants: Adam
  ) {
    let beta2 = Scalar(constants.beta2)
    let (rest1, rest2) = (Scalar(1 - constants.beta1), Scalar(1 - constants.beta2))
    let correction1 = 1 - power(constants.beta1, constants.step)
    let correction2 = 1 - power(constants.beta2, constants.step)
    let rate = Scalar(constants.rate / correction1)
    let root = Scalar(correction2.squareRoot())
    let eps = Scalar(constants.eps)
    let shrink = constants.isDecoupled ? Scalar(1 - constants.rate * constants.decay) : 1
    let decay = constants.isDecoupled ? 0 : Scalar(constants.decay)
    for index in 0..<values.count {
      let value = unsafe values[index] * shrink
      let direction = unsafe gradient[index] + decay * value
      let mean = unsafe first[index] + rest1 * (direction - first[index])
      let square = unsafe beta2 * second[index] + rest2 * direction * direction
      unsafe first[index] = mean
      unsafe second[index] = square
      unsafe values[index] = value - rate * mean / (square.squareRoot() / root + eps)
    }
  }

  /// base^exponent for a whole exponent, by squaring.
  static func power(_ base: Double, _ exponent: Double) -> Double {
    guard exponent >= 1, exponent < 1e15 else { return exponent < 1 ? 1 : 0 }
    var (result, factor, rest) = (1.0, base, Int(exponent))
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
