import Tensors

extension BLASBackend {
  /// input * weight^T + bias.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func linear(
    _ input: Value, _ weight: Parameter<Scalar>, bias: Parameter<Scalar>?
  ) throws -> (Value, Pullback) {
    guard weight.shape.count == 2, input.plane == 1, weight.shape[1] == input.channels else {
      throw Failure(
        place: weight.path, expected: "shape [out, \(input.channels)]", found: "\(weight.shape)")
    }
    let (n, m, k) = (
      try blasLength(input.batch, place: weight.path),
      try blasLength(weight.shape[0], place: weight.path),
      try blasLength(weight.shape[1], place: weight.path)
    )
    let output = Value([input.batch, weight.shape[0]], in: memory)
    guard let matrix = unsafe weight.values.baseAddress else { return (output, unrecorded()) }
    multiplyAlone()
    parallel.forEach(weight.shape[0]) { _, rows in
      unsafe Scalar.multiply(
        m: Int32(rows.count), n: n, k: k, matrix + rows.lowerBound * Int(k), k,
        leftIsTransposed: false, input.values, n, rightIsTransposed: false,
        into: output.values + rows.lowerBound * Int(n), n, keep: 0)
    }
    if let bias { add(bias, to: output) }
    guard isRecording else { return (output, unrecorded()) }
    return (
      output,
      { gradient in
        if let bias { self.pull(bias, gradient) }
        self.multiplyAlone()
        if weight.isTrained, let into = unsafe weight.gradient.baseAddress {
          self.parallel.forEach(weight.shape[0]) { _, rows in
            unsafe Scalar.multiply(
              m: Int32(rows.count), n: k, k: n, gradient.values + rows.lowerBound * Int(n), n,
              leftIsTransposed: false, input.values, n, rightIsTransposed: true,
              into: into + rows.lowerBound * Int(k), k, keep: 1)
          }
        }
        let result = Value(input.shape, in: self.memory)
        self.parallel.forEach(weight.shape[1]) { _, columns in
          unsafe Scalar.multiply(
            m: Int32(columns.count), n: n, k: m, matrix + columns.lowerBound, k,
            leftIsTransposed: true, gradient.values, n, rightIsTransposed: false,
            into: result.values + columns.lowerBound * Int(n), n, keep: 0)
        }
        return result
      }
    )
  }

  /// Adds a number to each channel.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func add(_ bias: Parameter<Scalar>, to output: Value) {
    let count = output.row
    parallel.forEach(output.channels) { _, channels in
      for channel in channels {
        let (values, number) = unsafe (output.values + channel * count, bias.values[channel])
        for index in 0..<count { unsafe values[index] += number }
      }
    }
  }

  /// Adds the sum of each channel's gradients to a bias's.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func pull(_ bias: Parameter<Scalar>, _ gradient: Value) {
    guard bias.isTrained else { return }
    let count = gradient.row
    parallel.forEach(gradient.channels) { _, channels in
      for channel in channels {
        let values = unsafe gradient.values + channel * count
        var sum = 0.0
        for index in 0..<count { unsafe sum += Double(values[index]) }
        unsafe bias.gradient[channel] += Scalar(sum)
      }
    }
  }

  /// Softmax of groups of `size` numbers, divided by the temperature; the largest is subtracted first.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func softmax(
    _ input: Value, size: Int, temperature: Double
  ) throws -> (Value, Pullback) {
    guard size > 0, input.plane == 1, input.channels % size == 0 else {
      throw Failure(expected: "groups of \(size) numbers", found: "\(input.channels)")
    }
    let output = isRecording ? Value(input.shape, in: memory) : input
    let (batch, divisor) = (input.batch, Scalar(temperature))
    // The numbers of a group lie a batch apart.
    let starts = (0..<input.channels / size).flatMap { group in
      (0..<batch).map { group * size * batch + $0 }
    }
    for start in starts {
      let (from, to) = unsafe (input.values + start, output.values + start)
      var largest = unsafe from[0]
      for index in 1..<max(size, 1) { largest = unsafe max(largest, from[index * batch]) }
      var sum: Scalar = 0
      for index in 0..<size {
        unsafe to[index * batch] = ((from[index * batch] - largest) / divisor).exponential
        unsafe sum += to[index * batch]
      }
      for index in 0..<size { unsafe to[index * batch] /= sum }
    }
    guard isRecording else { return (output, unrecorded()) }
    return (
      output,
      { gradient in
        for start in starts {
          let (g, y) = unsafe (gradient.values + start, output.values + start)
          var sum: Scalar = 0
          for index in 0..<size { unsafe sum += g[index * batch] * y[index * batch] }
          for index in 0..<size {
            unsafe g[index * batch] = y[index * batch] * (g[index * batch] - sum) / divisor
          }
        }
        return gradient
      }
    )
  }
}
