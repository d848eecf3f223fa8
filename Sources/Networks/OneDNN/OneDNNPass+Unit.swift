#if ONEDNN
  import COneDNN
  import OneDNN
  import Checkpoints
  import Tensors

  extension OneDNNPass {
    /// A layer with weights and what follows it: batch norm, residual sum, ReLU.
    struct Unit {
      var layer: Name
      var norm: Name?
      var rectifies = false
      /// What is added before the ReLU; in place, where the pass is fused.
      var side: (() throws -> OneDNNArray)?
    }

    /// Describes a unit's layer to the library: one of the shim's functions, given the place for the
    /// result, the engine, the layouts of weights and bias, and the attributes.
    typealias Describe = (
      UnsafeMutablePointer<OpaquePointer?>, OpaquePointer, OpaquePointer, OpaquePointer,
      OpaquePointer
    ) -> dnnl_status_t

    /// The weights of a unit.
    struct Weights {
      /// The values, row-major: OIHW or [out, in].
      var values: [Float]
      /// One value an output channel.
      var bias: [Float]

      /// Whether all are numbers.
      var areFinite: Bool {
        values.allSatisfy { $0.isFinite } && bias.allSatisfy { $0.isFinite }
      }
    }

    /// Runs a unit: as one primitive where the pass is fused, otherwise step by step, each shown to
    /// the trace.
    ///
    /// - Parameters:
    ///   - output: height, width and channels of the result.
    ///   - lengths: of the weights, in the library's order: OIHW or [out, in].
    ///   - weights: reads the weights; called only where no primitive is ready.
    /// - Throws: `Failure`.
    func run(
      _ unit: Unit, on input: OneDNNArray, output shape: (Int, Int, Int), lengths: [Int],
      weights: () throws -> Weights,
      describe: Describe
    ) throws -> OneDNNArray {
      let (height, width, channels) = shape
      let side = isFused ? try unit.side?() : nil
      let primitive = try model.layer(unit.layer.path, for: input, isFused: isFused) {
        try unsafe prepare(
          unit.layer.path, lengths, input.type, adds: side != nil,
          rectifies: isFused && unit.rectifies, describe
        ) {
          var weights = try weights()
          if isFused, let norm = unit.norm {
            try OneDNNNorm(norm.path, channels: channels, of: model.checkpoint)
              .fold(into: &weights.values, bias: &weights.bias)
          }
          if isFused, !weights.areFinite { throw OneDNNNotFinite() }
          return weights
        }
      }
      var result =
        try side
        ?? OneDNNArray(input.batch, height, width, channels, input.type, on: model.device)
      try match(result, [input.batch, channels, height, width], unit.layer)
      try model.device.run(
        primitive, [(DNNL_ARG_SRC, input.buffer), (DNNL_ARG_DST, result.buffer)])
      guard !isFused else { return result }
      try trace(unit.layer, result)
      if let norm = unit.norm {
        result = try normalise(result, norm)
        try trace(norm, result)
      }
      if let side = try unit.side?() {
        try match(side, result.shape, unit.layer)
        try add(side, to: result)
      }
      if unit.rectifies { try result.rectify() }
      return result
    }

    /// A primitive that keeps its weights in the layout it likes best.
    private func prepare(
      _ path: String, _ shape: [Int], _ type: Precision, adds: Bool, rectifies: Bool,
      _ describe: Describe, _ load: () throws -> Weights
    ) throws -> OneDNNPrimitive {
      let lengths = shape.map(Int64.init)
      let rowMajor = lengths.count == 4 ? dnnl_oihw : dnnl_oi
      let stored = try OneDNNArray.layout(lengths, rowMajor)
      let free = try OneDNNArray.layout(lengths, dnnl_format_tag_any, type)
      let vector = try OneDNNArray.layout([lengths[0]], dnnl_x)
      let (freePointer, vectorPointer) = unsafe (free.pointer, vector.pointer)
      let primitive = try unsafe OneDNNPrimitive(
        path, on: model.device, adds: adds, rectifies: rectifies
      ) { unsafe describe($0, $1, freePointer, vectorPointer, $2) }
      if try model.shared?.give(path, to: primitive) ?? false { return primitive }
      var weights = try load()
      try primitive.keep(&weights.values, in: stored, as: DNNL_ARG_WEIGHTS)
      try primitive.keep(&weights.bias, in: vector, as: DNNL_ARG_BIAS)
      model.shared?.take(path, from: primitive)
      return primitive
    }

    private func match(_ array: OneDNNArray, _ shape: [Int], _ name: Name) throws {
      guard array.shape == shape else {
        throw Failure(
          place: name.path, expected: "a shortcut of the shape \(shape)", found: "\(array.shape)")
      }
    }

    /// The bias of a layer, or zeros where it has none.
    ///
    /// - Throws: `Failure` (`badInput`) where its shape is not [channels].
    func bias(_ path: String, channels: Int) throws -> [Float] {
      guard let tensor = model.checkpoint["\(path)/bias"] else {
        return [Float](repeating: 0, count: channels)
      }
      guard tensor.shape == [channels] else {
        throw Failure(
          place: "\(path)/bias", expected: "the shape [\(channels)]", found: "\(tensor.shape)")
      }
      return try tensor.floats()
    }
  }
#endif
