#if ONEDNN
  import COneDNN
  import OneDNN
  import Glibc
  import Tensors

  extension OneDNNBackend {
    /// input * weight^T + bias, in float32.
    public func linear(
      _ input: OneDNNValue, _ weight: Parameter<Float>, bias: Parameter<Float>?
    ) throws -> (OneDNNValue, Pullback) {
      guard input.shape.count == 2, weight.shape.count == 2, weight.shape[1] == input.channels,
        bias.map({ $0.count == weight.shape[0] }) ?? true
      else {
        throw Failure(
          place: weight.path, expected: "a weight of \(input.channels) columns",
          found: "the shape \(weight.shape)")
      }
      team.use()
      let input = try stored(input)
      let (output, buffer) = try unwritten([input.batch, weight.shape[0]], .float32)
      let product = MatrixProduct(input, output, weight, bias)
      let scratch = OneDNNScratch()
      defer { scratch.end() }
      let source = try unsafe pointer(to: input, scratch)
      try timed(.linear) { try unsafe product.forward(source, to: buffer.pointer) }
      let shape = output.shape
      return (
        output,
        { [unowned self] gradient in
          try self.expect(shape, gradient, weight.path)
          self.team.use()
          let (result, buffer) = try self.unwritten(input.shape, .float32)
          let scratch = (OneDNNScratch(), OneDNNScratch())
          defer {
            scratch.0.end()
            scratch.1.end()
          }
          let source = try unsafe self.pointer(to: input, scratch.0)
          let given = try unsafe self.pointer(to: gradient, scratch.1)
          try self.timed(.linear) { try unsafe product.backward(source, given, to: buffer.pointer) }
          return result
        }
      )
    }

    /// Softmax of input / temperature within groups of `size` numbers.
    public func softmax(
      _ input: OneDNNValue, size: Int, temperature: Double
    ) throws -> (OneDNNValue, Pullback) {
      guard input.shape.count == 2, size > 0, input.channels % size == 0, temperature > 0 else {
        throw Failure(
          place: "softmax", expected: "a temperature above 0 and vectors of a multiple of \(size)",
          found: "\(temperature) and the shape \(input.shape)")
      }
      let output = GroupedSoftmax(size: size, temperature: temperature, of: try numbers(of: input))
      let shape = input.shape
      return (
        try value(output.values, shape: shape),
        { [unowned self] gradient in
          try self.expect(shape, gradient, "softmax")
          return try self.value(output.pull(try self.numbers(of: gradient)), shape: shape)
        }
      )
    }
  }

  /// A linear layer as matrix products of the library, which read the parameters where they lie.
  private struct MatrixProduct {
    private let batch: Int
    private let inputs: Int
    private let outputs: Int
    private let inputStride: Int
    private let outputStride: Int
    private let weight: Parameter<Float>
    private let bias: Parameter<Float>?

    init(
      _ input: OneDNNValue, _ output: OneDNNValue, _ weight: Parameter<Float>,
      _ bias: Parameter<Float>?
    ) {
      batch = input.batch
      inputs = input.channels
      outputs = output.channels
      inputStride = input.storedChannels
      outputStride = output.storedChannels
      self.weight = weight
      self.bias = bias
    }

    /// output = input * weight^T + bias.
    func forward(
      _ input: UnsafeMutableRawPointer, to output: UnsafeMutableRawPointer
    ) throws {
      let result = unsafe output.assumingMemoryBound(to: Float.self)
      unsafe memset(output, 0, batch * outputStride * 4)
      if let bias, let values = unsafe bias.values.baseAddress {
        for row in 0..<batch {
          unsafe (result + row * outputStride).update(from: values, count: outputs)
        }
      }
      try unsafe multiply(
        "N", "T", batch, outputs, inputs, input, inputStride, weight.values.baseAddress, inputs,
        result, outputStride, adds: bias != nil)
    }

    /// Adds to the gradients of weight and bias; gives the input's.
    func backward(
      _ input: UnsafeMutableRawPointer, _ gradient: UnsafeMutableRawPointer,
      to result: UnsafeMutableRawPointer
    ) throws {
      let given = unsafe gradient.assumingMemoryBound(to: Float.self)
      if weight.isTrained {
        try unsafe multiply(
          "T", "N", outputs, inputs, batch, gradient, outputStride,
          input.assumingMemoryBound(to: Float.self), inputStride, weight.gradient.baseAddress,
          inputs, adds: true)
      }
      if let bias, bias.isTrained {
        for row in 0..<batch {
          for column in 0..<outputs {
            unsafe bias.gradient[column] += given[row * outputStride + column]
          }
        }
      }
      unsafe memset(result, 0, batch * inputStride * 4)
      try unsafe multiply(
        "N", "N", batch, inputs, outputs, gradient, outputStride, weight.values.baseAddress, inputs,
        result.assumingMemoryBound(to: Float.self), inputStride, adds: false)
    }

    private func multiply(
      _ left: Unicode.Scalar, _ right: Unicode.Scalar, _ rows: Int, _ columns: Int, _ inner: Int,
      _ one: UnsafeMutableRawPointer, _ oneStride: Int, _ two: UnsafeMutablePointer<Float>?,
      _ twoStride: Int, _ result: UnsafeMutablePointer<Float>?, _ resultStride: Int, adds: Bool
    ) throws {
      try unsafe oneDNN(
        weight.path,
        dnnl_sgemm(
          CChar(left.value), CChar(right.value), Int64(rows), Int64(columns), Int64(inner), 1,
          one.assumingMemoryBound(to: Float.self), Int64(oneStride), two, Int64(twoStride),
          adds ? 1 : 0, result, Int64(resultStride)))
    }
  }

  /// softmax(x / temperature) within groups of neighbouring numbers.
  private struct GroupedSoftmax {
    let size: Int
    let temperature: Double
    let values: [Float]

    init(size: Int, temperature: Double, of input: [Float]) {
      self.size = size
      self.temperature = temperature
      var values = input
      for start in stride(from: 0, to: input.count, by: size) {
        let group = start..<start + size
        let largest = input[group].max() ?? 0
        let powers = input[group].map { exp(Double($0 - largest) / temperature) }
        let total = powers.reduce(0, +)
        for (index, power) in zip(group, powers) { values[index] = Float(power / total) }
      }
      self.values = values
    }

    /// dx = y (dy - sum(dy y)) / temperature.
    func pull(_ gradient: [Float]) -> [Float] {
      var result = gradient
      for start in stride(from: 0, to: values.count, by: size) {
        let group = start..<start + size
        let mean = group.reduce(0.0) { $0 + Double(gradient[$1]) * Double(values[$1]) }
        for index in group {
          result[index] = Float(
            Double(values[index]) * (Double(gradient[index]) - mean) / temperature)
        }
      }
      return result
    }
  }
#endif
