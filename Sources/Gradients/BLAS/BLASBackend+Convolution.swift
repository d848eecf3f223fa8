import Tensors

/// Convolutions as deep learning means them (cross-correlations): matrix products with the patches.
///
/// Each thread has pictures of its own and its own matrix of patches, and multiplies alone; the gradient of
/// the weight is the sum of the threads' parts in their order.
extension BLASBackend {
  /// Bytes of a matrix of patches: so many fit into a core's cache beside the weights.
  private var bandByteCount: Int { 1 << 20 }

  /// A convolution, zero-padded; where the input's gradient is not needed the pullback gives back its own.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func convolve(
    _ input: Value, _ weight: Parameter<Scalar>, bias: Parameter<Scalar>?, _ window: Window,
    needsInput: Bool
  ) throws -> (Value, Pullback) {
    guard weight.shape.count == 4, input.shape.count == 4, weight.shape[1] == input.channels,
      Array(weight.shape[2...]) == window.kernel
    else {
      throw Failure(
        place: weight.path,
        expected: "shape [out, \(input.channels), \(window.kernel[0]), \(window.kernel[1])]",
        found: "\(weight.shape)")
    }
    let product = try unsafe Product(input, weight, window)
    let output = Value([input.batch, weight.shape[0]] + window.count, in: memory)
    multiplyAlone()
    parallel.forEach(input.batch) { _, images in
      unsafe product.forEachBand(of: images, byteCount: bandByteCount) { band in
        unsafe band.fill(from: input.values)
        unsafe Scalar.multiply(
          m: product.m, n: band.n, k: product.k, product.weight, product.k,
          leftIsTransposed: false, band.columns, band.step, rightIsTransposed: false,
          into: output.values + band.start, product.step, keep: 0)
      }
    }
    if let bias { add(bias, to: output) }
    guard isRecording else { return (output, unrecorded()) }
    return (
      output,
      { gradient in
        if let bias { self.pull(bias, gradient) }
        if weight.isTrained { unsafe self.pull(weight, gradient, input, product) }
        return unsafe needsInput ? self.pullInput(gradient, input.shape, product) : gradient
      }
    )
  }

  /// Adds gradient x patches^T to a weight's gradient.
  private func pull(
    _ weight: Parameter<Scalar>, _ gradient: Value, _ input: Value, _ product: Product<Scalar>
  ) {
    multiplyAlone()
    let parts = (0..<parallel.parts(of: input.batch)).map { _ in
      Value([1, weight.count], in: memory)
    }
    parallel.forEach(input.batch) { part, images in
      var keep: Scalar = 0
      unsafe product.forEachBand(of: images, byteCount: bandByteCount) { band in
        unsafe band.fill(from: input.values)
        unsafe Scalar.multiply(
          m: product.m, n: product.k, k: band.n, gradient.values + band.start, product.step,
          leftIsTransposed: false, band.columns, band.step, rightIsTransposed: true,
          into: parts[part].values, product.k, keep: keep)
        keep = 1
      }
    }
    for part in parts {
      for index in 0..<weight.count { unsafe weight.gradient[index] += part.values[index] }
    }
  }

  /// weight^T x gradient, each column spread over the pixels of its patch.
  private func pullInput(
    _ gradient: Value, _ shape: [Int], _ product: Product<Scalar>
  ) -> Value {
    multiplyAlone()
    let result = Value(shape, in: memory)
    if unsafe !product.isPointwise {
      unsafe result.values.initialize(repeating: 0, count: result.count)
    }
    parallel.forEach(shape[0]) { _, images in
      unsafe product.forEachBand(of: images, byteCount: bandByteCount) { band in
        let into = unsafe product.isPointwise ? result.values + band.start : band.columns
        unsafe Scalar.multiply(
          m: product.k, n: band.n, k: product.m, product.weight, product.k,
          leftIsTransposed: true, gradient.values + band.start, product.step,
          rightIsTransposed: false, into: into, band.step, keep: 0)
        unsafe band.spread(onto: result.values)
      }
    }
    return result
  }
}
