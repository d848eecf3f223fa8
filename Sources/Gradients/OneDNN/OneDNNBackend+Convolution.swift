#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  extension OneDNNBackend {
    /// A convolution, whose result's moments are gathered on the way.
    public func convolve(
      _ input: OneDNNValue, _ weight: Parameter<Float>, bias: Parameter<Float>?, _ window: Window,
      needsInput: Bool
    ) throws -> (OneDNNValue, Pullback) {
      guard input.shape.count == 4, weight.shape.count == 4, weight.shape[1] == input.channels,
        bias.map({ $0.count == weight.shape[0] }) ?? true
      else {
        throw Failure(
          place: weight.path,
          expected: "a weight of \(input.shape.dropFirst(1).first ?? 0) channels",
          found: "the shape \(weight.shape)")
      }
      team.use()
      let (output, buffer) = try unwritten(
        [input.batch, weight.shape[0]] + window.count, pictureType)
      let run = try ConvolutionRun(self, input, output, weight, bias, window)
      var sums = OneDNNSums(channels: output.storedChannels)
      let scratch = OneDNNScratch()
      defer { scratch.end() }
      for range in run.ranges {
        let result = unsafe buffer.pointer + range.lowerBound * output.pictureBytes
        try unsafe run.forward(range, scratch, to: result)
        if gathersMoments {
          timed(.batchNorm) { unsafe gather(output, range, result, into: &sums) }
        }
      }
      run.forgetWeights()
      if gathersMoments { output.sums = sums }
      let shape = output.shape
      return (
        output,
        { [unowned self] gradient in
          try self.expect(shape, gradient, weight.path)
          return try self.pull(gradient, through: run, needsInput: needsInput)
        }
      )
    }

    /// The way back through a convolution, some pictures at a time.
    private func pull(
      _ gradient: OneDNNValue, through run: ConvolutionRun, needsInput: Bool
    ) throws -> OneDNNValue {
      team.use()
      let input = run.input
      let (result, buffer) = try needsInput ? unwritten(input.shape, input.type) : (gradient, nil)
      var sums = OneDNNSums(channels: input.storedChannels)
      let (scratch, gradientScratch) = (OneDNNScratch(), OneDNNScratch())
      defer {
        scratch.end()
        gradientScratch.end()
      }
      for range in run.ranges {
        let given = try unsafe pointer(to: gradient, range, gradientScratch)
        if run.weight.isTrained { try unsafe run.toWeights(range, given, scratch) }
        guard let buffer else { continue }
        let place = unsafe buffer.pointer + range.lowerBound * input.pictureBytes
        try unsafe run.toSource(range, given, to: place)
        if case .normalised(let source, let norm) = input.content {
          let scratch = OneDNNScratch()
          defer { scratch.end() }
          let source = try unsafe pointer(to: source, range, scratch)
          timed(.batchNorm) { unsafe reduce(input, range, place, source, norm, into: &sums) }
        }
      }
      run.forgetWeights()
      if needsInput, case .normalised(_, let norm) = input.content {
        result.reductions[ObjectIdentifier(norm)] = sums
      }
      return result
    }
  }
#endif
