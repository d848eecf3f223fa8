#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  extension OneDNNBackend {
    /// An activation of numbers, row-major [N, C, H, W] or [N, C].
    ///
    /// - Throws: `Failure` where shape and numbers do not fit, or there is no memory.
    public func value(_ numbers: [Float], shape: [Int]) throws -> OneDNNValue {
      guard shape.count == 4 || shape.count == 2, shape.allSatisfy({ $0 > 0 }),
        Tensor.elementCount(of: shape) == numbers.count
      else {
        throw Failure(
          place: "activation", expected: "\(numbers.count) numbers in two or four axes",
          found: "the shape \(shape)")
      }
      team.use()
      let type = shape.count == 4 ? pictureType : .float32
      if shape.count == 4, shape[1] <= 3 {
        let buffer = try device.buffer(bytes: numbers.count * 4)
        unsafe buffer.floats.update(from: numbers, count: numbers.count)
        return OneDNNValue(shape, type, .pictures(buffer))
      }
      let (value, buffer) = try unwritten(shape, type)
      unsafe numbers.withUnsafeBufferPointer {
        unsafe value.write($0, 0..<shape[0], to: buffer.pointer)
      }
      return value
    }

    /// The numbers of an activation, row-major.
    public func numbers(of value: OneDNNValue) throws -> [Float] {
      var numbers = [Float](repeating: 0, count: value.shape.reduce(1, *))
      let scratch = OneDNNScratch()
      defer { scratch.end() }
      let source = try unsafe pointer(to: value, scratch)
      unsafe numbers.withUnsafeMutableBufferPointer { unsafe value.read(source, to: $0) }
      return numbers
    }

    /// Where the pictures `range` of a value lie, which are computed to `scratch` if nobody stored them.
    func pointer(
      to value: OneDNNValue, _ range: Range<Int>, _ scratch: OneDNNScratch
    ) throws -> UnsafeMutableRawPointer {
      if case .stored(let buffer) = value.content {
        return unsafe buffer.pointer + range.lowerBound * value.pictureBytes
      }
      let buffer = try scratch.buffer ?? device.buffer(bytes: range.count * value.pictureBytes)
      scratch.buffer = buffer
      try unsafe compute(value, range, to: buffer.pointer)
      return unsafe buffer.pointer
    }

    /// Where all pictures of a value lie.
    func pointer(
      to value: OneDNNValue, _ scratch: OneDNNScratch
    ) throws -> UnsafeMutableRawPointer {
      try unsafe pointer(to: value, 0..<value.batch, scratch)
    }

    /// The same value, stored.
    func stored(_ value: OneDNNValue) throws -> OneDNNValue {
      if case .stored = value.content { return value }
      let (result, buffer) = try unwritten(value.shape, value.type)
      try unsafe compute(value, 0..<value.batch, to: buffer.pointer)
      result.reductions = value.reductions
      return result
    }

    /// Computes the pictures `range` of a value that is only noted.
    private func compute(
      _ value: OneDNNValue, _ range: Range<Int>, to result: UnsafeMutableRawPointer
    ) throws {
      let (one, two) = (OneDNNScratch(), OneDNNScratch())
      defer {
        one.end()
        two.end()
      }
      switch value.content {
      case .stored: return
      case .pictures(let buffer):
        let size = value.channels * value.pixels
        let source = unsafe UnsafeBufferPointer(
          start: buffer.floats + range.lowerBound * size, count: range.count * size)
        unsafe value.write(source, 0..<range.count, to: result)
      case .normalised(let source, let norm):
        let source = try unsafe pointer(to: source, range, one)
        timed(.batchNorm) { unsafe normalise(value, range, source, norm, to: result) }
      case .unnormalised(let gradient, let norm, let back):
        let gradient = try unsafe pointer(to: gradient, range, one)
        let source = try unsafe pointer(to: norm.source, range, two)
        timed(.batchNorm) {
          unsafe unnormalise(value, range, gradient, source, norm, back, to: result)
        }
      case .sum(let left, let right):
        let left = try unsafe pointer(to: left, range, one)
        let right = try unsafe pointer(to: right, range, two)
        timed(.batchNorm) {
          _ = unsafe addGradients(value, range, left, right, where: nil, to: result)
        }
      }
    }
  }

  extension OneDNNValue {
    /// How `count` pictures of it are cut into pieces of work.
    func tiling(_ count: Int) -> OneDNNTiling {
      OneDNNTiling(pictures: count, blocks: blocks, pixels: pixels)
    }

    /// Writes row-major numbers as they are stored.
    fileprivate func write(
      _ numbers: UnsafeBufferPointer<Float>, _ pictures: Range<Int>,
      to result: UnsafeMutableRawPointer
    ) {
      for plane in pictures.lowerBound * storedChannels..<pictures.upperBound * storedChannels {
        let (picture, channel) = plane.quotientAndRemainder(dividingBy: storedChannels)
        let row = (picture * channels + channel) * pixels
        let place = (picture * blocks + channel / 16) * pixels * 16 + channel % 16
        for pixel in 0..<pixels {
          unsafe type.store(
            channel < channels ? numbers[row + pixel] : 0, result, place + pixel * 16)
        }
      }
    }

    /// Reads what is stored as row-major numbers.
    fileprivate func read(
      _ source: UnsafeMutableRawPointer, to numbers: UnsafeMutableBufferPointer<Float>
    ) {
      for plane in 0..<batch * channels {
        let (picture, channel) = plane.quotientAndRemainder(dividingBy: channels)
        let place = (picture * blocks + channel / 16) * pixels * 16 + channel % 16
        for pixel in 0..<pixels {
          unsafe numbers[plane * pixels + pixel] = type.load(source, place + pixel * 16)
        }
      }
    }
  }
#endif
