import Gradients

/// Loops over the numbers of one tensor, compiled for `Float` and for `Double`.
///
/// Generic code that another module instantiates is not specialised by the compiler; the casts here
/// bring every loop to a concrete type once per tensor.
enum Kernels {
  /// u = scale (g + decay p); m = momentum m + u; p -= rate m, or rate (u + momentum m) with Nesterov.
  struct Momentum {
    /// Weight decay, added to the gradient.
    var decay: Double
    /// What the decayed gradient is multiplied by.
    var scale: Double
    /// The share of the buffer that stays.
    var momentum: Double
    /// What the buffer is multiplied by when the parameter moves.
    var rate: Double
    /// Whether the parameter moves by the buffer of the next step (Nesterov 1983, as PyTorch has it).
    var isNesterov: Bool
  }

  /// One step of SGD with momentum.
  static func step<Scalar: TrainingScalar>(
    _ values: UnsafeMutableBufferPointer<Scalar>, _ gradient: UnsafeMutableBufferPointer<Scalar>,
    _ buffer: UnsafeMutableBufferPointer<Scalar>, _ constants: Momentum
  ) {
    if let values = unsafe values as? UnsafeMutableBufferPointer<Float>,
      let gradient = unsafe gradient as? UnsafeMutableBufferPointer<Float>,
      let buffer = unsafe buffer as? UnsafeMutableBufferPointer<Float>
    {
      unsafe stepBody(values, gradient, buffer, constants)
    } else if let values = unsafe values as? UnsafeMutableBufferPointer<Double>,
      let gradient = unsafe gradient as? UnsafeMutableBufferPointer<Double>,
      let buffer = unsafe buffer as? UnsafeMutableBufferPointer<Double>
    {
      unsafe stepBody(values, gradient, buffer, constants)
    } else {
      unsafe stepBody(values, gradient, buffer, constants)
    }
  }

  @inline(__always)
  private static func stepBody<Scalar: TrainingScalar>(
    _ values: UnsafeMutableBufferPointer<Scalar>, _ gradient: UnsafeMutableBufferPointer<Scalar>,
    _ buffer: UnsafeMutableBufferPointer<Scalar>, _ constants: Momentum
  ) {
    let (decay, scale) = (Scalar(constants.decay), Scalar(constants.scale))
    let (momentum, rate) = (Scalar(constants.momentum), Scalar(constants.rate))
    if constants.isNesterov {
      for index in 0..<values.count {
        let direction = unsafe scale * (gradient[index] + decay * values[index])
        let moved = unsafe momentum * buffer[index] + direction
        unsafe buffer[index] = moved
        unsafe values[index] -= rate * (direction + momentum * moved)
      }
    } else {
      for index in 0..<values.count {
        let direction = unsafe scale * (gradient[index] + decay * values[index])
        let moved = unsafe momentum * buffer[index] + direction
        unsafe buffer[index] = moved
        unsafe values[index] -= rate * moved
      }
    }
  }

  /// target = target + (1 - tau) (online - target).
  static func average<Scalar: TrainingScalar>(
    _ target: UnsafeMutableBufferPointer<Scalar>, _ online: UnsafeMutableBufferPointer<Scalar>,
    tau: Double
  ) {
    if let target = unsafe target as? UnsafeMutableBufferPointer<Float>,
      let online = unsafe online as? UnsafeMutableBufferPointer<Float>
    {
      unsafe averageBody(target, online, Float(1 - tau))
    } else if let target = unsafe target as? UnsafeMutableBufferPointer<Double>,
      let online = unsafe online as? UnsafeMutableBufferPointer<Double>
    {
      unsafe averageBody(target, online, 1 - tau)
    } else {
      unsafe averageBody(target, online, Scalar(1 - tau))
    }
  }

  @inline(__always)
  private static func averageBody<Scalar: TrainingScalar>(
    _ target: UnsafeMutableBufferPointer<Scalar>, _ online: UnsafeMutableBufferPointer<Scalar>,
    _ share: Scalar
  ) {
    for index in 0..<target.count {
      unsafe target[index] += share * (online[index] - target[index])
    }
  }

  /// The sum of (left + factor * right)^2 in float64; of left^2 where the factor is 0.
  static func squares<Scalar: TrainingScalar>(
    _ left: UnsafeMutableBufferPointer<Scalar>, plus factor: Double = 0,
    _ right: UnsafeMutableBufferPointer<Scalar>
  ) -> Double {
    if let left = unsafe left as? UnsafeMutableBufferPointer<Float>,
      let right = unsafe right as? UnsafeMutableBufferPointer<Float>
    {
      return unsafe squaresBody(left, factor, right)
    }
    if let left = unsafe left as? UnsafeMutableBufferPointer<Double>,
      let right = unsafe right as? UnsafeMutableBufferPointer<Double>
    {
      return unsafe squaresBody(left, factor, right)
    }
    return unsafe squaresBody(left, factor, right)
  }

  /// Eight sums side by side, which a processor adds at once; their order is fixed.
  @inline(__always)
  private static func squaresBody<Scalar: TrainingScalar>(
    _ left: UnsafeMutableBufferPointer<Scalar>, _ factor: Double,
    _ right: UnsafeMutableBufferPointer<Scalar>
  ) -> Double {
    var sums = SIMD8<Double>()
    let whole = left.count & ~7
    var index = 0
    while index < whole {
      var part = SIMD8<Double>()
      for lane in 0..<8 { part[lane] = unsafe Double(left[index + lane]) }
      if factor != 0 {
        for lane in 0..<8 { unsafe part[lane] += factor * Double(right[index + lane]) }
      }
      sums += part * part
      index += 8
    }
    var sum = sums.sum()
    while index < left.count {
      let value = unsafe Double(left[index]) + (factor == 0 ? 0 : factor * Double(right[index]))
      sum += value * value
      index += 1
    }
    return sum
  }
}
