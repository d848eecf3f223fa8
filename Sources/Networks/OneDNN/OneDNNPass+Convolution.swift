#if ONEDNN
  import COneDNN
  import OneDNN
  import Checkpoints
  import Tensors

  extension OneDNNPass {
    /// A convolution and what follows it.
    ///
    /// - Parameters:
    ///   - kernel: the size the contract names, or nil where the weights alone say it.
    /// - Throws: `Failure` (`badInput`) where weights and input do not fit each other.
    func convolve(
      _ input: OneDNNArray, _ unit: Unit, stride: Int, edges: OneDNNWindow.Edges,
      kernel: Int? = nil
    ) throws -> OneDNNArray {
      let path = unit.layer.path
      let tensor = try model.checkpoint.tensor("\(path)/weight")
      let shape = tensor.shape
      guard shape.count == 4, shape.allSatisfy({ $0 > 0 }), shape[1] == input.channels,
        kernel.map({ shape[2...] == [$0, $0] }) ?? true
      else {
        let size = kernel.map { "\($0), \($0)" } ?? "height, width"
        throw Failure(
          place: "\(path)/weight", expected: "the shape [out, \(input.channels), \(size)]",
          found: "\(shape)")
      }
      let rows = try OneDNNWindow(
        over: input.height, kernel: shape[2], stride: stride, edges: edges, place: path)
      let columns = try OneDNNWindow(
        over: input.width, kernel: shape[3], stride: stride, edges: edges, place: path)
      let lengths = [input.batch, shape[0], rows.count, columns.count].map(Int64.init)
      let source = try input.layout()
      let destination = try OneDNNArray.layout(lengths, dnnl_nhwc, input.type)
      let (from, to) = unsafe (source.pointer, destination.pointer)
      return try unsafe run(
        unit, on: input, output: (rows.count, columns.count, shape[0]), lengths: shape,
        weights: {
          Weights(
            values: try tensor.floats(), bias: try bias(path, channels: shape[0]))
        },
        describe: { result, engine, weights, bias, attributes in
          unsafe onednn_convolution(
            result, engine, dnnl_forward_inference, from, weights, bias, to,
            rows.strides(with: columns), rows.before(with: columns), rows.after(with: columns),
            attributes)
        })
    }
  }

  extension OneDNNWindow {
    /// Strides of rows and columns.
    func strides(with columns: OneDNNWindow) -> [Int64] { [Int64(stride), Int64(columns.stride)] }
    /// Kernel sizes of rows and columns.
    func kernels(with columns: OneDNNWindow) -> [Int64] { [Int64(kernel), Int64(columns.kernel)] }
    /// Padding above and left.
    func before(with columns: OneDNNWindow) -> [Int64] { [Int64(before), Int64(columns.before)] }
    /// Padding below and right.
    func after(with columns: OneDNNWindow) -> [Int64] { [Int64(after), Int64(columns.after)] }
  }
#endif
