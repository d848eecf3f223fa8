#if ONEDNN
  import COneDNN
  import Checkpoints
  import Tensors

  /// The parameters and running statistics of one batch norm, [C] each.
  struct OneDNNNorm {
    /// The native name.
    let path: String
    let scale: [Double]
    let offset: [Double]
    let mean: [Double]
    let variance: [Double]
    let eps: Double

    /// The batch norm called `path`.
    ///
    /// - Throws: `Failure` (`badInput`) where a tensor is missing or not [channels].
    init(_ path: String, channels: Int, of checkpoint: Checkpoint) throws {
      func read(_ leaf: String) throws -> [Double] {
        let name = "\(path)/\(leaf)"
        let tensor = try checkpoint.tensor(name)
        guard tensor.shape == [channels] else {
          throw Failure(place: name, expected: "the shape [\(channels)]", found: "\(tensor.shape)")
        }
        return try tensor.doubles()
      }
      self.path = path
      scale = try read("scale")
      offset = try read("offset")
      mean = try read("mean")
      variance = try read("variance")
      eps = checkpoint.contract.batchNorm.eps
    }

    /// What multiplies a channel: scale / sqrt(variance + eps).
    var factors: [Double] {
      zip(scale, variance).map { $0 / ($1 + eps).squareRoot() }
    }

    /// Multiplies rows of weights, and adjusts the bias, so that the layer does the norm's work.
    func fold(into weights: inout [Float], bias: inout [Float]) {
      let factors = factors
      guard !factors.isEmpty else { return }
      let row = weights.count / factors.count
      for (channel, factor) in factors.enumerated() {
        for index in channel * row..<(channel + 1) * row {
          weights[index] = Float(Double(weights[index]) * factor)
        }
        bias[channel] = Float(
          (Double(bias[channel]) - mean[channel]) * factor + offset[channel])
      }
    }
  }

  extension OneDNNPass {
    /// Batch norm by itself, with the running statistics, or in training with the batch's own.
    ///
    /// - Throws: `Failure`.
    func normalise(_ input: OneDNNArray, _ name: Name, rectifies: Bool = false) throws
      -> OneDNNArray
    {
      let norm = try OneDNNNorm(name.path, channels: input.channels, of: model.checkpoint)
      let device = model.device
      let layout = try OneDNNArray.layout(input.lengths, dnnl_nhwc)
      let pointer = layout.pointer
      let primitive = try OneDNNPrimitive(name.path, on: device) {
        onednn_batch_norm($0, $1, pointer, Float(norm.eps), isTraining, rectifies, $2)
      }
      let output = try OneDNNArray(
        input.batch, input.height, input.width, input.channels, on: device)
      func vector(_ values: [Double], as argument: Int32) throws -> OneDNNBuffer {
        let buffer = try device.buffer(bytes: values.count * 4)
        for (index, value) in values.enumerated() { buffer.floats[index] = Float(value) }
        try primitive.keep(buffer, as: argument)
        return buffer
      }
      _ = try vector(norm.scale, as: DNNL_ARG_SCALE)
      _ = try vector(norm.offset, as: DNNL_ARG_SHIFT)
      let mean = try vector(norm.mean, as: DNNL_ARG_MEAN)
      let variance = try vector(norm.variance, as: DNNL_ARG_VARIANCE)
      try primitive.run([(DNNL_ARG_SRC, input.pointer), (DNNL_ARG_DST, output.pointer)])
      if isTraining {
        try update(
          norm, mean: mean.floats.map(Double.init), variance: variance.floats.map(Double.init),
          over: input.batch * input.height * input.width)
      }
      return output
    }
  }
#endif
