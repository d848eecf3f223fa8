#if ONEDNN
  import Checkpoints
  import Tensors

  extension OneDNNPass {
    /// The encoder: stem, stages, mean over the picture.
    ///
    /// - Throws: `Failure` (`badInput`).
    func encode(_ input: OneDNNArray) throws -> OneDNNArray {
      var array = try stem(input)
      for (stage, blocks) in encoder.blocks.enumerated() {
        for block in 0..<blocks {
          let name = part("stage\(stage)/block\(block)")
          let stride = block == 0 ? encoder.strides[stage] : 1
          array = try self.block(array, name, stride: stride)
          guard array.channels == encoder.channels[stage] else {
            throw Failure(
              place: name.path, expected: "\(encoder.channels[stage]) channels by the contract",
              found: "\(array.channels)")
          }
          try trace(name, array)
        }
        try trace(part("stage\(stage)"), array)
      }
      if encoder.version == 2 {
        array = try activate(array, part("final/bn"))
      }
      return try mean(array, head("encoder", as: "embedding"))
    }

    /// The first convolution and what lies between it and the first block.
    private func stem(_ input: OneDNNArray) throws -> OneDNNArray {
      let stem = encoder.stem
      var unit = Unit(layer: part("stem/conv"))
      if encoder.version == 1 {
        unit.norm = part("stem/bn")
        unit.rectifies = true
      }
      let array = try convolve(
        input, unit, stride: stem.stride, edges: stem.pad.map { .pixels($0) } ?? edges,
        kernel: stem.kernel)
      guard stem.pool else { return array }
      let name = part("stem/pool")
      let pooled = try maxPool(array, name, padding: encoder.poolPadding)
      try trace(name, pooled)
      return pooled
    }

    /// A residual block.
    ///
    /// Version 1 (He et al. 2016a): relu(norm(conv(...)) + shortcut). Version 2 (He et al. 2016b):
    /// norm and ReLU come before each convolution; a shortcut with a convolution leaves behind the
    /// first ReLU, one without before it.
    private func block(_ input: OneDNNArray, _ name: Name, stride: Int) throws -> OneDNNArray {
      let last = encoder.convolutions - 1
      let isFirstVersion = encoder.version == 1
      var array = input
      if !isFirstVersion { array = try activate(input, part("\(name.stage)/bn0")) }
      let start = array
      for layer in 0...last {
        var unit = Unit(layer: part("\(name.stage)/conv\(layer)"))
        if isFirstVersion {
          unit.norm = part("\(name.stage)/bn\(layer)")
        } else if layer < last {
          unit.norm = part("\(name.stage)/bn\(layer + 1)")
        }
        unit.rectifies = isFirstVersion || layer < last
        if layer == last {
          unit.side = { try self.shortcut(from: start, or: input, name, stride: stride) }
        }
        array = try convolve(
          array, unit, stride: layer == encoder.strideAt ? stride : 1, edges: edges)
      }
      return array
    }

    /// The convolution (and norm) of `start` where the block has one, otherwise `input`.
    private func shortcut(
      from start: OneDNNArray, or input: OneDNNArray, _ name: Name, stride: Int
    ) throws -> OneDNNArray {
      let layer = part("\(name.stage)/shortcut/conv")
      guard has("weight", of: layer) else { return input }
      let norm = part("\(name.stage)/shortcut/bn")
      let unit = Unit(layer: layer, norm: has("scale", of: norm) ? norm : nil)
      return try convolve(start, unit, stride: stride, edges: edges)
    }

    /// Batch norm and ReLU by themselves.
    private func activate(_ input: OneDNNArray, _ name: Name) throws -> OneDNNArray {
      if isFused { return try normalise(input, name, rectifies: true) }
      let array = try normalise(input, name)
      try trace(name, array)
      try array.rectify()
      return array
    }

    /// How the contract pads convolutions.
    private var edges: OneDNNWindow.Edges { .rule(encoder.padding) }
  }
#endif
