#if ONEDNN
  import COneDNN
  import OneDNN
  import Checkpoints
  import Tensors

  /// Layers without weights.
  extension OneDNNPass {
    /// 3x3 max-pooling of stride 2; pixels outside the picture never win, as if they were -infinity.
    ///
    /// The library lets NaN win or lose by its place; made infinite, it wins and stays visible.
    ///
    /// - Throws: `Failure`.
    func maxPool(_ input: OneDNNArray, _ name: Name, padding: Contract.Padding) throws
      -> OneDNNArray
    {
      let rows = try OneDNNWindow(
        over: input.height, kernel: 3, stride: 2, edges: .rule(padding), place: name.path)
      let columns = try OneDNNWindow(
        over: input.width, kernel: 3, stride: 2, edges: .rule(padding), place: name.path)
      if !isFused { try input.replaceNaN(by: .infinity) }
      return try pool(input, name, dnnl_pooling_max, rows, columns)
    }

    /// The mean over each picture, [N, C], in float32.
    ///
    /// - Throws: `Failure`.
    func mean(_ input: OneDNNArray, _ name: Name) throws -> OneDNNArray {
      if input.type == .bfloat16 { return try meanOfHalves(input) }
      let rows = OneDNNWindow(whole: input.height)
      let columns = OneDNNWindow(whole: input.width)
      return try pool(input, name, dnnl_pooling_avg_exclude_padding, rows, columns)
    }

    /// The mean of bfloat16 numbers, which the library could not give in float32.
    private func meanOfHalves(_ input: OneDNNArray) throws -> OneDNNArray {
      let output = try OneDNNArray(input.batch, 1, 1, input.channels, on: model.device)
      let (batch, pixels, channels) = (input.batch, input.height * input.width, input.channels)
      try unsafe model.device.run([input.buffer, output.buffer]) { pointers in
        let halves = unsafe pointers[0].assumingMemoryBound(to: UInt16.self)
        let means = unsafe pointers[1].assumingMemoryBound(to: Float.self)
        let share = 1 / Float(pixels)
        for picture in 0..<batch {
          let mean = unsafe means + picture * channels
          for channel in 0..<channels { unsafe mean[channel] = 0 }
          for pixel in 0..<pixels {
            let row = unsafe halves + (picture * pixels + pixel) * channels
            for channel in 0..<channels { unsafe mean[channel] += BFloat16.widened(row[channel]) }
          }
          for channel in 0..<channels { unsafe mean[channel] *= share }
        }
      }
      return output
    }

    private func pool(
      _ input: OneDNNArray, _ name: Name, _ kind: dnnl_alg_kind_t, _ rows: OneDNNWindow,
      _ columns: OneDNNWindow
    ) throws -> OneDNNArray {
      let output = try OneDNNArray(
        input.batch, rows.count, columns.count, input.channels, input.type, on: model.device)
      let primitive = try model.layer(name.path, for: input) {
        let source = try input.layout()
        let destination = try output.layout()
        let (from, to) = unsafe (source.pointer, destination.pointer)
        return try unsafe OneDNNPrimitive(name.path, on: model.device) {
          unsafe onednn_pooling(
            $0, $1, dnnl_forward_inference, kind, from, to, rows.kernels(with: columns),
            rows.strides(with: columns),
            rows.before(with: columns), rows.after(with: columns), $2)
        }
      }
      try model.device.run(
        primitive, [(DNNL_ARG_SRC, input.buffer), (DNNL_ARG_DST, output.buffer)])
      return output
    }

    /// Adds an array to another of the same shape.
    ///
    /// - Throws: `Failure`.
    func add(_ side: OneDNNArray, to array: OneDNNArray) throws {
      let primitive = try model.layer("sum", for: array) {
        let layout = try array.layout()
        let pointer = unsafe layout.pointer
        return try unsafe OneDNNPrimitive("sum", on: model.device) {
          unsafe onednn_sum($0, $1, pointer, $2)
        }
      }
      try model.device.run(
        primitive,
        [
          (DNNL_ARG_SRC_0, array.buffer), (DNNL_ARG_SRC_1, side.buffer),
          (DNNL_ARG_DST, array.buffer),
        ])
    }
  }

  extension OneDNNArray {
    /// max(x, 0), in place; NaN stays NaN, which the library's own ReLU does not promise.
    ///
    /// - Throws: `Failure` where the array has no memory.
    func rectify() throws {
      let values = try unsafe buffer.floats
      for index in values.indices where unsafe values[index] < 0 { unsafe values[index] = 0 }
    }

    /// Puts a number in the place of every NaN.
    ///
    /// - Throws: `Failure` where the array has no memory.
    func replaceNaN(by value: Float) throws {
      let values = try unsafe buffer.floats
      for index in values.indices where unsafe values[index].isNaN { unsafe values[index] = value }
    }
  }

  extension OneDNNWindow {
    /// One window over everything.
    init(whole length: Int) {
      kernel = length
      stride = 1
      before = 0
      after = 0
      count = 1
    }
  }
#endif
