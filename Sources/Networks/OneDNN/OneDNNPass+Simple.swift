#if ONEDNN
  import COneDNN
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
      if !isFused { input.replaceNaN(by: .infinity) }
      return try pool(input, name, dnnl_pooling_max, rows, columns)
    }

    /// The mean over each picture, [N, C].
    ///
    /// - Throws: `Failure`.
    func mean(_ input: OneDNNArray, _ name: Name) throws -> OneDNNArray {
      let rows = OneDNNWindow(whole: input.height)
      let columns = OneDNNWindow(whole: input.width)
      return try pool(input, name, dnnl_pooling_avg_exclude_padding, rows, columns)
    }

    private func pool(
      _ input: OneDNNArray, _ name: Name, _ kind: dnnl_alg_kind_t, _ rows: OneDNNWindow,
      _ columns: OneDNNWindow
    ) throws -> OneDNNArray {
      let output = try OneDNNArray(
        input.batch, rows.count, columns.count, input.channels, on: model.device)
      let primitive = try model.layer(name.path, for: input) {
        let source = try OneDNNArray.layout(input.lengths, dnnl_nhwc)
        let destination = try OneDNNArray.layout(output.lengths, dnnl_nhwc)
        let (from, to) = (source.pointer, destination.pointer)
        return try OneDNNPrimitive(name.path, on: model.device) {
          onednn_pooling(
            $0, $1, kind, from, to, rows.kernels(with: columns), rows.strides(with: columns),
            rows.before(with: columns), rows.after(with: columns), $2)
        }
      }
      try primitive.run([(DNNL_ARG_SRC, input.pointer), (DNNL_ARG_DST, output.pointer)])
      return output
    }

    /// Adds an array to another of the same shape.
    ///
    /// - Throws: `Failure`.
    func add(_ side: OneDNNArray, to array: OneDNNArray) throws {
      let primitive = try model.layer("sum", for: array) {
        let layout = try OneDNNArray.layout(array.lengths, dnnl_nhwc)
        let pointer = layout.pointer
        return try OneDNNPrimitive("sum", on: model.device) {
          onednn_sum($0, $1, pointer, $2)
        }
      }
      try primitive.run([
        (DNNL_ARG_SRC_0, array.pointer), (DNNL_ARG_SRC_1, side.pointer),
        (DNNL_ARG_DST, array.pointer),
      ])
    }
  }

  extension OneDNNArray {
    /// max(x, 0), in place; NaN stays NaN, which the library's own ReLU does not promise.
    func rectify() {
      let values = buffer.floats
      for index in values.indices where values[index] < 0 { values[index] = 0 }
    }

    /// Puts a number in the place of every NaN.
    func replaceNaN(by value: Float) {
      let values = buffer.floats
      for index in values.indices where values[index].isNaN { values[index] = value }
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
