#if ONEDNN
  import COneDNN
  import OneDNN
  import Checkpoints
  import Tensors

  /// The parameters of one batch norm (Ioffe & Szegedy 2015), [C] each.
  struct OneDNNNorm {
    /// The native name.
    let path: String
    let scale: [Double]
    let offset: [Double]
    let eps: Double
    private let checkpoint: Checkpoint

    /// Mean and variance of each channel.
    struct Moments {
      var mean: [Double]
      var variance: [Double]
    }

    /// The batch norm called `path`.
    ///
    /// - Throws: `Failure` (`badInput`) where a parameter is missing or not [channels].
    init(_ path: String, channels: Int, of checkpoint: Checkpoint) throws {
      self.path = path
      self.checkpoint = checkpoint
      eps = checkpoint.contract.batchNorm.eps
      let isHead = path.split(separator: "/").dropFirst().first != "encoder"
      let leaves = ["scale", "offset", "mean"].map { checkpoint["\(path)/\($0)"] != nil }
      if isHead, leaves == [false, false, true] {
        // Normalisation alone, as behind SimSiam's last layer.
        scale = Array(repeating: 1, count: channels)
        offset = Array(repeating: 0, count: channels)
        return
      }
      scale = try checkpoint.vector("\(path)/scale", count: channels)
      offset = try checkpoint.vector("\(path)/offset", count: channels)
    }

    /// The running statistics, which evaluation needs.
    ///
    /// - Throws: `Failure` (`badInput`) where one is missing, not [channels], or a variance has no
    ///   root.
    func running() throws -> Moments {
      let moments = Moments(
        mean: try checkpoint.vector("\(path)/mean", count: scale.count),
        variance: try checkpoint.vector("\(path)/variance", count: scale.count))
      if let wrong = moments.variance.first(where: { !($0 + eps > 0) }) {
        throw Failure(
          place: "\(path)/variance", expected: "variances above minus eps (\(eps))",
          found: "\(wrong)")
      }
      return moments
    }

    /// Multiplies rows of weights, and adjusts the bias, so that the layer before does the norm's
    /// work.
    ///
    /// - Throws: `Failure`, see `running`.
    func fold(into weights: inout [Float], bias: inout [Float]) throws {
      let running = try running()
      let row = weights.count / max(scale.count, 1)
      for channel in scale.indices {
        let factor = scale[channel] / (running.variance[channel] + eps).squareRoot()
        for index in channel * row..<(channel + 1) * row {
          weights[index] = Float(Double(weights[index]) * factor)
        }
        let centred = Double(bias[channel]) - running.mean[channel]
        bias[channel] = Float(centred * factor + offset[channel])
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
      let layout = try input.layout()
      let pointer = unsafe layout.pointer
      let primitive = try unsafe OneDNNPrimitive(name.path, on: device) {
        unsafe onednn_batch_norm($0, $1, pointer, Float(norm.eps), isTraining, rectifies, $2)
      }
      func keep(_ values: [Double], as argument: Int32) throws -> OneDNNBuffer {
        let buffer = try OneDNNBuffer(bytes: values.count * 4)
        let floats = try unsafe buffer.floats
        for (index, value) in values.enumerated() { unsafe floats[index] = Float(value) }
        try primitive.keep(buffer, as: argument)
        return buffer
      }
      let unknown = OneDNNNorm.Moments(mean: norm.scale, variance: norm.scale)
      let moments = isTraining ? unknown : try norm.running()
      if isFused, !(norm.scale + norm.offset + moments.mean).allSatisfy({ $0.isFinite }) {
        throw OneDNNNotFinite()
      }
      _ = try keep(norm.scale, as: DNNL_ARG_SCALE)
      _ = try keep(norm.offset, as: DNNL_ARG_SHIFT)
      let mean = try keep(moments.mean, as: DNNL_ARG_MEAN)
      let variance = try keep(moments.variance, as: DNNL_ARG_VARIANCE)
      let output = try OneDNNArray(
        input.batch, input.height, input.width, input.channels, input.type, on: device)
      try device.run(primitive, [(DNNL_ARG_SRC, input.buffer), (DNNL_ARG_DST, output.buffer)])
      if isTraining {
        let batch = unsafe OneDNNNorm.Moments(
          mean: try mean.floats.map(Double.init),
          variance: try variance.floats.map(Double.init))
        try note(batch, of: input.batch * input.height * input.width, name.path)
      }
      return output
    }
  }

  extension Checkpoint {
    /// The numbers of a tensor [count].
    ///
    /// - Throws: `Failure` (`badInput`) where it is missing or of another shape.
    func vector(_ path: String, count: Int) throws -> [Double] {
      let tensor = try tensor(path)
      guard tensor.shape == [count] else {
        throw Failure(place: path, expected: "the shape [\(count)]", found: "\(tensor.shape)")
      }
      return try tensor.doubles()
    }
  }
#endif
