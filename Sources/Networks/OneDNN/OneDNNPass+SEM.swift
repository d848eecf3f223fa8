#if ONEDNN
  import Checkpoints
  import Glibc
  import Tensors

  extension OneDNNPass {
    /// Simplicial embedding: the features become `groups` distributions over `size` numbers each.
    ///
    /// The input itself where neither contract nor checkpoint has one.
    ///
    /// - Throws: `Failure` (`badInput`) where only one of them has it, or they differ.
    func embedSimplicially(_ input: OneDNNArray) throws -> OneDNNArray {
      let layer = head("projector/sem/linear")
      let norm = head("projector/sem/bn")
      switch (model.checkpoint.contract.sem, has("weight", of: layer)) {
      case (nil, false): return input
      case (nil, true):
        throw Failure(
          place: "contract.sem", expected: "the simplicial embedding of \(layer.path)",
          found: "none")
      case (let sem?, _):
        let (outputs, hasOverflowed) = sem.groups.multipliedReportingOverflow(by: sem.size)
        guard !hasOverflowed, outputs > 0 else {
          throw Failure(
            place: "contract.sem", expected: "groups and sizes from 1",
            found: "\(sem.groups) groups of \(sem.size)")
        }
        let array = try linear(
          input, Unit(layer: layer, norm: hasNorm(norm) ? norm : nil), outputs: outputs)
        try array.softmax(size: sem.size, temperature: Float(sem.temperature), on: model.device)
        try trace(head("projector/sem"), array)
        return array
      }
    }

    /// Whether there is a batch norm of that name, with parameters or with running statistics alone.
    func hasNorm(_ name: Name) -> Bool { has("scale", of: name) || has("mean", of: name) }
  }

  extension OneDNNArray {
    /// Turns every `size` neighbouring channels of a vector into probabilities, in place.
    fileprivate func softmax(
      size: Int, temperature: Float, on device: OneDNNDevice
    ) throws {
      let count = buffer.count / MemoryLayout<Float>.stride
      try unsafe device.run([buffer]) { pointers in
        unsafe Self.softmax(
          UnsafeMutableBufferPointer(
            start: pointers[0].assumingMemoryBound(to: Float.self), count: count),
          size: size, temperature: temperature)
      }
    }

    private static func softmax(
      _ values: UnsafeMutableBufferPointer<Float>, size: Int, temperature: Float
    ) {
      let sharpness = 1 / temperature
      var start = 0
      while start + size <= values.count {
        let group = unsafe UnsafeMutableBufferPointer(rebasing: values[start..<start + size])
        // The largest becomes exp(0): nothing overflows.
        let top = unsafe group.max() ?? 0
        var total: Float = 0
        for index in group.indices {
          unsafe group[index] = expf((group[index] - top) * sharpness)
          unsafe total += group[index]
        }
        for index in group.indices { unsafe group[index] /= total }
        start += size
      }
    }
  }
#endif
