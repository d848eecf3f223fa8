import Tensors

/// Batch normalisation (Ioffe and Szegedy 2015) over all axes but the channels'.
extension BLASBackend {
  /// Batch norm with the batch's own moments.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func normalise(
    _ input: Value, _ norm: Norm<Scalar>, rectifies: Bool
  ) throws -> (Value, Moments, Pullback) {
    let moments = moments(of: input)
    let output = transform(input, norm, moments, rectifies: rectifies)
    guard isRecording else { return (output, moments, unrecorded()) }
    return (
      output, moments,
      pullback(input, norm, moments, isOwn: true, whereRectified: rectifies ? output : nil)
    )
  }

  /// Batch norm with moments that are constants.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func normalise(
    _ input: Value, _ norm: Norm<Scalar>, by moments: Moments, rectifies: Bool
  ) throws -> (Value, Pullback) {
    let output = transform(input, norm, moments, rectifies: rectifies)
    guard isRecording else { return (output, unrecorded()) }
    return (
      output,
      pullback(input, norm, moments, isOwn: false, whereRectified: rectifies ? output : nil)
    )
  }

  /// The mean and the biased variance of each channel, in float64 and in two passes.
  private func moments(of input: Value) -> Moments {
    let count = input.row
    var moments = Moments(
      mean: [Double](repeating: 0, count: input.channels),
      variance: [Double](repeating: 0, count: input.channels), count: count)
    unsafe moments.mean.withUnsafeMutableBufferPointer { means in
      unsafe moments.variance.withUnsafeMutableBufferPointer { variances in
        parallel.forEach(input.channels) { _, channels in
          for channel in channels {
            let values = unsafe input.values + channel * count
            var sum = 0.0
            for index in 0..<count { unsafe sum += Double(values[index]) }
            let mean = sum / Double(count)
            var squares = 0.0
            for index in 0..<count {
              let distance = unsafe Double(values[index]) - mean
              squares += distance * distance
            }
            unsafe means[channel] = mean
            unsafe variances[channel] = squares / Double(count)
          }
        }
      }
    }
    return moments
  }

  /// (x - mean) * scale / sqrt(variance + eps) + offset, and the ReLU where there is one.
  private func transform(
    _ input: Value, _ norm: Norm<Scalar>, _ moments: Moments, rectifies: Bool
  ) -> Value {
    let output = isRecording ? Value(input.shape, in: memory) : input
    let count = input.row
    parallel.forEach(input.channels) { _, channels in
      for channel in channels {
        let (from, to) = unsafe (input.values + channel * count, output.values + channel * count)
        let mean = Scalar(moments.mean[channel])
        let factor = Scalar(
          norm.scale(of: channel) / (moments.variance[channel] + norm.eps).squareRoot())
        let offset = unsafe norm.offset?.values[channel] ?? 0
        if rectifies {
          for index in 0..<count {
            let value = unsafe (from[index] - mean) * factor + offset
            unsafe to[index] = value < 0 ? 0 : value
          }
        } else {
          for index in 0..<count {
            unsafe to[index] = unsafe (from[index] - mean) * factor + offset
          }
        }
      }
    }
    return output
  }

  /// The way back: the gradient with respect to the input, in the memory of the given one; those of scale
  /// and offset are added up.
  ///
  /// With x' = (x - mean) / sqrt(variance + eps), over the n values of a channel:
  /// offset: sum g; scale: sum g x'; input: scale / sqrt(variance + eps) (g - sum g / n - x' sum g x' / n),
  /// where moments that are `isOwn` depend on the input, and without the two sums otherwise.
  ///
  /// - Parameter output: what the ReLU behind it gave, where there is one.
  private func pullback(
    _ input: Value, _ norm: Norm<Scalar>, _ moments: Moments, isOwn: Bool,
    whereRectified output: Value?
  ) -> Pullback {
    { [parallel] gradient in
      let count = input.row
      parallel.forEach(input.channels) { _, channels in
        for channel in channels {
          let start = channel * count
          let (g, x) = unsafe (gradient.values + start, input.values + start)
          if let output {
            let y = unsafe output.values + start
            for index in 0..<count where unsafe y[index] <= 0 { unsafe g[index] = 0 }
          }
          let mean = moments.mean[channel]
          let inverse = 1 / (moments.variance[channel] + norm.eps).squareRoot()
          var sum = 0.0
          var product = 0.0
          for index in 0..<count {
            unsafe sum += Double(g[index])
            unsafe product += Double(g[index]) * (Double(x[index]) - mean)
          }
          product *= inverse
          if let scale = norm.scale, scale.isTrained {
            unsafe scale.gradient[channel] += Scalar(product)
          }
          if let offset = norm.offset, offset.isTrained {
            unsafe offset.gradient[channel] += Scalar(sum)
          }
          let factor = Scalar(norm.scale(of: channel) * inverse)
          let average = isOwn ? Scalar(sum / Double(count)) : 0
          let slope = isOwn ? Scalar(product * inverse / Double(count)) : 0
          let centre = Scalar(mean)
          for index in 0..<count {
            unsafe g[index] = factor * (g[index] - average - (x[index] - centre) * slope)
          }
        }
      }
      return gradient
    }
  }
}

extension Norm {
  /// The scale of a channel, 1 where there is none.
  fileprivate func scale(of channel: Int) -> Double {
    scale.map { unsafe Double($0.values[channel]) } ?? 1
  }
}
