/// Element-wise functions.
extension BLASBackend {
  /// Values that are worth a thread of their own.
  private var grain: Int { 1 << 14 }

  /// max(x, 0); the gradient is that of the positive outputs.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func rectify(_ input: Value) throws -> (Value, Pullback) {
    let output = isRecording ? Value(input.shape, in: memory) : input
    let (from, to) = unsafe (input.values, output.values)
    parallel.forEach(input.count, grain: grain) { _, range in
      for index in range { unsafe to[index] = unsafe from[index] < 0 ? 0 : from[index] }
    }
    guard isRecording else { return (output, unrecorded()) }
    return (output, { self.mask($0, whereRectified: output) })
  }

  /// left + right, rectified where asked; the gradient belongs to both.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func add(_ left: Value, _ right: Value, rectifies: Bool) throws -> (Value, Pullback) {
    try requireSameShape(left, right)
    let output = isRecording ? Value(left.shape, in: memory) : left
    let (first, second, to) = unsafe (left.values, right.values, output.values)
    parallel.forEach(left.count, grain: grain) { _, range in
      if rectifies {
        for index in range {
          let sum = unsafe first[index] + second[index]
          unsafe to[index] = sum < 0 ? 0 : sum
        }
      } else {
        for index in range { unsafe to[index] = unsafe first[index] + second[index] }
      }
    }
    guard isRecording else { return (output, unrecorded()) }
    guard rectifies else { return (output, { $0 }) }
    return (output, { self.mask($0, whereRectified: output) })
  }

  /// The sum of two gradients, in the memory of the left one.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func sum(_ left: Value, _ right: Value) throws -> Value {
    try requireSameShape(left, right)
    let (to, from) = unsafe (left.values, right.values)
    parallel.forEach(left.count, grain: grain) { _, range in
      for index in range { unsafe to[index] += from[index] }
    }
    return left
  }

  /// Sets a gradient to 0 where the ReLU before it gave 0.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func mask(_ gradient: Value, whereRectified output: Value) -> Value {
    let (to, sign) = unsafe (gradient.values, output.values)
    parallel.forEach(gradient.count, grain: grain) { _, range in
      for index in range where unsafe sign[index] <= 0 { unsafe to[index] = 0 }
    }
    return gradient
  }
}
