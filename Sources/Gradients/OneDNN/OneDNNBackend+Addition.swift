#if ONEDNN
  import Tensors

  extension OneDNNBackend {
    /// max(x, 0).
    public func rectify(_ input: OneDNNValue) throws -> (OneDNNValue, Pullback) {
      team.use()
      let (output, buffer) = try unwritten(input.shape, input.type)
      let scratch = OneDNNScratch()
      defer { scratch.end() }
      let source = try unsafe pointer(to: input, scratch)
      timed(.batchNorm) {
        unsafe rectify(output, source, to: buffer.pointer)
      }
      return (
        output,
        { [unowned self] gradient in
          try self.expect(output.shape, gradient, "ReLU")
          return try self.pull(gradient, where: output)
        }
      )
    }

    /// left + right, and a ReLU where it `rectifies`; batch norms before it run in the same walk.
    public func add(
      _ left: OneDNNValue, _ right: OneDNNValue, rectifies: Bool
    ) throws -> (OneDNNValue, Pullback) {
      try expect(left.shape, right, "residual sum")
      team.use()
      let (output, buffer) = try unwritten(left.shape, left.type)
      let scratch = (OneDNNScratch(), OneDNNScratch())
      defer {
        scratch.0.end()
        scratch.1.end()
      }
      let (leftSource, leftNorm) = try unsafe operand(left, scratch.0)
      let (rightSource, rightNorm) = try unsafe operand(right, scratch.1)
      timed(.batchNorm) {
        unsafe add(
          output, leftSource, leftNorm, rightSource, rightNorm, rectifies: rectifies,
          to: buffer.pointer)
      }
      let shape = output.shape
      let mask = rectifies ? output : nil
      return (
        output,
        { [unowned self] gradient in
          try self.expect(shape, gradient, "residual sum")
          return try self.pull(gradient, where: mask, reducing: [leftNorm, rightNorm])
        }
      )
    }

    /// The sum of two gradients, which is added where it is read.
    public func sum(_ left: OneDNNValue, _ right: OneDNNValue) throws -> OneDNNValue {
      try expect(left.shape, right, "sum of gradients")
      let result = OneDNNValue(left.shape, left.type, .sum(left, right))
      for (norm, sums) in left.reductions {
        guard let others = right.reductions[norm] else { continue }
        result.reductions[norm] = sums + others
      }
      return result
    }

    /// What a sum reads of a value: numbers, and the batch norm behind which it wants them.
    private func operand(
      _ value: OneDNNValue, _ scratch: OneDNNScratch
    ) throws -> (UnsafeMutableRawPointer, OneDNNNormalisation?) {
      guard case .normalised(let source, let norm) = value.content else {
        return unsafe (try pointer(to: value, scratch), nil)
      }
      return unsafe (try pointer(to: source, scratch), norm)
    }

    /// The gradient in front of a ReLU whose result is `mask`, and what the batch norms before it need.
    private func pull(
      _ gradient: OneDNNValue, where mask: OneDNNValue?, reducing norms: [OneDNNNormalisation?] = []
    ) throws -> OneDNNValue {
      team.use()
      let norms = norms.compactMap { $0 }
      if mask == nil, norms.isEmpty { return gradient }
      let (result, buffer) = try unwritten(gradient.shape, gradient.type)
      let scratch = (OneDNNScratch(), OneDNNScratch(), OneDNNScratch())
      defer {
        scratch.0.end()
        scratch.1.end()
        scratch.2.end()
      }
      var terms = (gradient, nil as OneDNNValue?)
      if case .sum(let left, let right) = gradient.content { terms = (left, right) }
      let left = try unsafe pointer(to: terms.0, scratch.0)
      let right = try unsafe terms.1.map { try unsafe pointer(to: $0, scratch.1) }
      let output = try unsafe mask.map { try unsafe pointer(to: $0, scratch.2) }
      guard let first = norms.first else {
        timed(.batchNorm) {
          _ = unsafe addGradients(
            result, 0..<result.batch, left, right, where: output, to: buffer.pointer)
        }
        return result
      }
      let sourceScratch = OneDNNScratch()
      defer { sourceScratch.end() }
      let input = try unsafe pointer(to: first.source, sourceScratch)
      result.reductions[ObjectIdentifier(first)] = timed(.batchNorm) {
        unsafe addGradients(
          result, 0..<result.batch, left, right, where: output, to: buffer.pointer,
          reducing: (first, input))
      }
      return result
    }
  }

  extension OneDNNSums {
    /// The sums of two gradients together.
    static func + (left: OneDNNSums, right: OneDNNSums) -> OneDNNSums {
      var sums = left
      sums.first = zip(left.first, right.first).map(+)
      sums.second = zip(left.second, right.second).map(+)
      return sums
    }
  }
#endif
