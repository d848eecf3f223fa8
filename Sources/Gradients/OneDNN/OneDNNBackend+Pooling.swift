#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  extension OneDNNBackend {
    /// Max-pooling; of equal values the first of a window has the gradient.
    public func maxPool(
      _ input: OneDNNValue, _ window: Window
    ) throws -> (OneDNNValue, Pullback) {
      guard input.shape.count == 4 else {
        throw Failure(place: "max-pooling", expected: "pictures", found: "the shape \(input.shape)")
      }
      team.use()
      let (output, buffer) = try unwritten(
        [input.batch, input.channels] + window.count, input.type)
      let pooling = try pooling(input, window)
      let places = try device.buffer(bytes: pooling.forward.bytes(of: DNNL_ARG_WORKSPACE))
      let scratch = OneDNNScratch()
      defer { scratch.end() }
      let source = try unsafe pointer(to: input, scratch)
      try timed(.pooling) {
        try unsafe pooling.forward.run([
          (DNNL_ARG_SRC, source), (DNNL_ARG_DST, buffer.pointer),
          (DNNL_ARG_WORKSPACE, places.pointer),
        ])
      }
      let (shape, inputShape, type) = (output.shape, input.shape, input.type)
      return (
        output,
        { [unowned self] gradient in
          try self.expect(shape, gradient, "max-pooling")
          self.team.use()
          let (result, buffer) = try self.unwritten(inputShape, type)
          let scratch = OneDNNScratch()
          defer { scratch.end() }
          let given = try unsafe self.pointer(to: gradient, scratch)
          try self.timed(.pooling) {
            try unsafe pooling.toSource.run([
              (DNNL_ARG_DIFF_SRC, buffer.pointer), (DNNL_ARG_DIFF_DST, given),
              (DNNL_ARG_WORKSPACE, places.pointer),
            ])
          }
          return result
        }
      )
    }

    private func pooling(_ input: OneDNNValue, _ window: Window) throws -> OneDNNPooling {
      let shape = OneDNNPooling.Shape(
        input: [input.batch, input.storedChannels] + input.area, window: window, type: input.type)
      if let ready = poolings[shape] { return ready }
      let made = try OneDNNPooling(shape, on: device)
      poolings[shape] = made
      return made
    }

    /// The mean over height and width, in float32.
    public func average(_ input: OneDNNValue) throws -> (OneDNNValue, Pullback) {
      guard input.shape.count == 4 else {
        throw Failure(place: "average", expected: "pictures", found: "the shape \(input.shape)")
      }
      team.use()
      let (output, buffer) = try unwritten([input.batch, input.channels], .float32)
      let scratch = OneDNNScratch()
      defer { scratch.end() }
      let source = try unsafe pointer(to: input, scratch)
      timed(.pooling) { unsafe average(input, source, to: buffer.pointer) }
      let (shape, inputShape, type) = (output.shape, input.shape, input.type)
      return (
        output,
        { [unowned self] gradient in
          try self.expect(shape, gradient, "average")
          self.team.use()
          let (result, buffer) = try self.unwritten(inputShape, type)
          let scratch = OneDNNScratch()
          defer { scratch.end() }
          let given = try unsafe self.pointer(to: gradient, scratch)
          self.timed(.pooling) { unsafe self.spread(result, given, to: buffer.pointer) }
          return result
        }
      )
    }
  }
#endif
