#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  /// A convolution on its way forwards and back, some pictures at a time: so few that what one walk
  /// over them leaves is still in the cache for the next.
  final class ConvolutionRun {
    let input: OneDNNValue
    let weight: Parameter<Float>
    /// The pictures that are run together.
    let ranges: [Range<Int>]
    private let backend: OneDNNBackend
    private let bias: Parameter<Float>?
    private let shape: OneDNNConvolution.Shape
    private var weights: [ObjectIdentifier: OneDNNBuffer] = [:]

    init(
      _ backend: OneDNNBackend, _ input: OneDNNValue, _ output: OneDNNValue,
      _ weight: Parameter<Float>, _ bias: Parameter<Float>?, _ window: Window
    ) throws {
      self.backend = backend
      self.input = input
      self.weight = weight
      self.bias = bias
      var isFirst = false
      if case .pictures = input.content { isFirst = true }
      let largest = max(input.pictureBytes, output.pictureBytes)
      let most = max(1, min(input.batch, backend.cachedBytes / max(1, largest)))
      let runs = (input.batch + most - 1) / most
      let count = (input.batch + runs - 1) / runs
      ranges = stride(from: 0, to: input.batch, by: count).map {
        $0..<min($0 + count, input.batch)
      }
      shape = OneDNNConvolution.Shape(
        pictures: count, inputChannels: isFirst ? input.channels : input.storedChannels,
        outputChannels: output.storedChannels, area: input.area, window: window,
        isFirst: isFirst, hasBias: bias != nil, type: output.type)
    }

    /// The convolution of the pictures `range`.
    func forward(
      _ range: Range<Int>, _ scratch: OneDNNScratch, to result: UnsafeMutableRawPointer
    ) throws {
      let convolution = try convolution(range)
      let operation = convolution.forward
      let weights = try weights(of: convolution, for: operation, shape.inputChannels)
      let source = try unsafe source(range, convolution, operation, scratch)
      var arguments = unsafe [
        (DNNL_ARG_SRC, source.pointer), (DNNL_ARG_WEIGHTS, weights.pointer), (DNNL_ARG_DST, result),
      ]
      let padded = try bias.map { bias in
        let padded = try backend.device.zeros(shape.outputChannels)
        _ = unsafe UnsafeMutableBufferPointer(start: padded.floats, count: bias.count)
          .update(fromContentsOf: bias.values)
        return padded
      }
      defer { unsafe withExtendedLifetime((source.owner, padded)) {} }
      if let padded { unsafe arguments.append((DNNL_ARG_BIAS, padded.pointer)) }
      try backend.timed(.convolutionForward) { try unsafe operation.run(arguments) }
    }

    /// Adds to the gradients of weight and bias.
    func toWeights(
      _ range: Range<Int>, _ gradient: UnsafeMutableRawPointer, _ scratch: OneDNNScratch
    ) throws {
      let convolution = try convolution(range)
      let operation = try convolution.toWeights.get()
      let source = try unsafe source(range, convolution, operation, scratch)
      let weights = try backend.device.buffer(bytes: operation.bytes(of: DNNL_ARG_DIFF_WEIGHTS))
      let sums = try backend.device.buffer(bytes: shape.outputChannels * 4)
      defer { unsafe withExtendedLifetime((source.owner, sums)) {} }
      var arguments = unsafe [
        (DNNL_ARG_SRC, source.pointer), (DNNL_ARG_DIFF_WEIGHTS, weights.pointer),
        (DNNL_ARG_DIFF_DST, gradient),
      ]
      if bias != nil { unsafe arguments.append((DNNL_ARG_DIFF_BIAS, sums.pointer)) }
      try backend.timed(.convolutionToWeights) { try unsafe operation.run(arguments) }
      try backend.timed(.reordering) {
        try convolution.add(weights, of: operation, to: weight)
      }
      if let bias, bias.isTrained {
        for index in 0..<bias.count { unsafe bias.gradient[index] += sums.floats[index] }
      }
    }

    /// The gradient of the pictures `range` of the input.
    func toSource(
      _ range: Range<Int>, _ gradient: UnsafeMutableRawPointer, to result: UnsafeMutableRawPointer
    ) throws {
      let convolution = try convolution(range)
      let operation = try convolution.toSource.get()
      let weights = try weights(of: convolution, for: operation, input.storedChannels)
      try backend.timed(.convolutionToSource) {
        try unsafe operation.run([
          (DNNL_ARG_DIFF_SRC, result), (DNNL_ARG_WEIGHTS, weights.pointer),
          (DNNL_ARG_DIFF_DST, gradient),
        ])
      }
    }

    /// Gives the weights' memory back, which stays theirs from one run of pictures to the next.
    func forgetWeights() { weights = [:] }

    private func weights(
      of convolution: OneDNNConvolution, for operation: OneDNNPrimitive, _ channels: Int
    ) throws -> OneDNNBuffer {
      if let ready = weights[ObjectIdentifier(operation)] { return ready }
      let made = try backend.timed(.reordering) {
        try convolution.weights(weight, input: channels, for: operation)
      }
      weights[ObjectIdentifier(operation)] = made
      return made
    }

    /// The pictures `range` of the input as an operation wants them, and what keeps them in memory.
    private func source(
      _ range: Range<Int>, _ convolution: OneDNNConvolution, _ operation: OneDNNPrimitive,
      _ scratch: OneDNNScratch
    ) throws -> (pointer: UnsafeMutableRawPointer, owner: OneDNNBuffer?) {
      guard case .pictures(let buffer) = input.content else {
        return unsafe (try backend.pointer(to: input, range, scratch), nil)
      }
      let start = unsafe buffer.floats + range.lowerBound * input.channels * input.pixels
      let pictures = try unsafe convolution.pictures(start, for: operation)
      return unsafe (pictures.pointer, pictures)
    }

    private func convolution(_ range: Range<Int>) throws -> OneDNNConvolution {
      var shape = shape
      shape.pictures = range.count
      if let ready = backend.convolutions[shape] { return ready }
      let made = try OneDNNConvolution(shape, on: backend.device)
      backend.convolutions[shape] = made
      return made
    }
  }
#endif
