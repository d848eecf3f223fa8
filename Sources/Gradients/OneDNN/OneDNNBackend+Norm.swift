#if ONEDNN
  import Tensors

  extension OneDNNBackend {
    /// Batch norm with the batch's moments, computed where the result is read.
    public func normalise(
      _ input: OneDNNValue, _ norm: Norm<Float>, rectifies: Bool
    ) throws -> (OneDNNValue, Moments, Pullback) {
      gathersMoments = true
      let input = try readable(input, norm)
      let sums: OneDNNSums
      if let gathered = input.sums {
        sums = gathered
      } else {
        let scratch = OneDNNScratch()
        defer { scratch.end() }
        let source = try unsafe pointer(to: input, scratch)
        var own = OneDNNSums(channels: input.storedChannels)
        timed(.batchNorm) { unsafe gather(input, 0..<input.batch, source, into: &own) }
        sums = own
      }
      let moments = sums.moments(channels: input.channels, count: input.batch * input.pixels)
      let (value, pullback) = normalised(input, norm, moments, isTraining: true, rectifies)
      return (value, moments, pullback)
    }

    /// Batch norm with given moments, computed where the result is read.
    public func normalise(
      _ input: OneDNNValue, _ norm: Norm<Float>, by moments: Moments, rectifies: Bool
    ) throws -> (OneDNNValue, Pullback) {
      gathersMoments = false
      let input = try readable(input, norm)
      guard moments.mean.count == input.channels, moments.variance.count == input.channels else {
        throw Failure(
          place: "batch norm", expected: "moments of \(input.channels) channels",
          found: "\(moments.mean.count) and \(moments.variance.count)")
      }
      return normalised(input, norm, moments, isTraining: false, rectifies)
    }

    /// The input, stored; several will read it.
    private func readable(_ input: OneDNNValue, _ norm: Norm<Float>) throws -> OneDNNValue {
      for parameter in [norm.scale, norm.offset] {
        guard let parameter, parameter.count != input.channels else { continue }
        throw Failure(
          place: parameter.path, expected: "\(input.channels) values", found: "\(parameter.count)")
      }
      team.use()
      return try stored(input)
    }

    private func normalised(
      _ input: OneDNNValue, _ norm: Norm<Float>, _ moments: Moments, isTraining: Bool,
      _ rectifies: Bool
    ) -> (OneDNNValue, Pullback) {
      let normalisation = OneDNNNormalisation(
        input, norm, moments, isTraining: isTraining, rectifies: rectifies)
      let value = OneDNNValue(input.shape, input.type, .normalised(input, normalisation))
      return (
        value,
        { [unowned self] gradient in
          try self.pull(gradient, through: normalisation, norm)
        }
      )
    }

    /// The way back through a batch norm: sums now, the rest when somebody reads the result.
    private func pull(
      _ gradient: OneDNNValue, through normalisation: OneDNNNormalisation, _ norm: Norm<Float>
    ) throws -> OneDNNValue {
      let source = normalisation.source
      try expect(source.shape, gradient, norm.scale?.path ?? "batch norm")
      team.use()
      var gradient = gradient
      let sums: OneDNNSums
      if let gathered = gradient.reductions[ObjectIdentifier(normalisation)] {
        sums = gathered
      } else {
        gradient = try stored(gradient)
        let scratch = (OneDNNScratch(), OneDNNScratch())
        defer {
          scratch.0.end()
          scratch.1.end()
        }
        let given = try unsafe pointer(to: gradient, scratch.0)
        let input = try unsafe pointer(to: source, scratch.1)
        var own = OneDNNSums(channels: source.storedChannels)
        timed(.batchNorm) {
          unsafe reduce(source, 0..<source.batch, given, input, normalisation, into: &own)
        }
        sums = own
      }
      accumulate(sums, normalisation, norm)
      return OneDNNValue(
        source.shape, source.type,
        .unnormalised(gradient, normalisation, OneDNNNormGradient(normalisation, sums)))
    }

    /// Adds to the gradients of scale and offset.
    private func accumulate(
      _ sums: OneDNNSums, _ normalisation: OneDNNNormalisation, _ norm: Norm<Float>
    ) {
      for channel in normalisation.inverse.indices {
        if let scale = norm.scale, scale.isTrained {
          let product = sums.second[channel] + normalisation.lost(channel) * sums.first[channel]
          unsafe scale.gradient[channel] += Float(product * normalisation.inverse[channel])
        }
        if let offset = norm.offset, offset.isTrained {
          unsafe offset.gradient[channel] += Float(sums.first[channel])
        }
      }
    }
  }
#endif
