#if ONEDNN
  import COneDNN
  import OneDNN
  import Checkpoints
  import Tensors

  /// Ends the recording of a pass whose outputs are complete.
  struct OneDNNComplete: Error {}

  extension OneDNNPass {
    /// What a program is for.
    struct Purpose: Hashable {
      /// Pictures of a run.
      var batch: Int
      /// Rows of a picture.
      var height: Int
      /// Columns of a picture.
      var width: Int
      /// Threads of a layer: the library divides layers by their number.
      var threads: Int
    }

    /// Writes down the pass that gives `stages`, as far as there are such stages in a fused pass.
    ///
    /// - Throws: `Failure` where tensors are missing or of the wrong shape; `OneDNNNotFinite`.
    static func record(
      _ purpose: Purpose, of checkpoint: Checkpoint, branch: Branch, stages: Set<String>,
      precision: Precision, weights: OneDNNWeights
    ) throws -> OneDNNProgram {
      OneDNNDevice.use(threads: purpose.threads)
      let program = OneDNNProgram()
      let model = try OneDNNModel(checkpoint, in: program, sharing: weights)
      let request = ForwardRequest(branch: branch, input: Activation(shape: [0], values: []))
      let pass = OneDNNPass(request, on: model, isFused: true)
      pass.wanted = stages
      let stem = try checkpoint.tensor("\(pass.part("stem/conv").path)/weight")
      guard stem.shape.count == 4 else {
        throw Failure(
          place: "\(pass.part("stem/conv").path)/weight",
          expected: "the shape [out, channels, height, width]", found: "\(stem.shape)")
      }
      let input = try OneDNNArray(
        purpose.batch, purpose.height, purpose.width, stem.shape[1], on: model.device)
      program.input = OneDNNProgram.Port(
        activation: input.buffer.activation, shape: Array(input.shape.dropFirst()))
      do {
        _ = try pass.run(
          pass.reorder(input, from: dnnl_nchw, to: dnnl_nhwc, as: precision), until: .prediction)
      } catch is OneDNNComplete {
      }
      return program
    }

    /// Makes a stage an output of a program: vectors as they are, pictures as [C, H, W].
    func publish(_ name: Name, _ array: OneDNNArray, in program: OneDNNProgram) throws {
      guard !name.isVector else {
        program.outputs[name.stage] = OneDNNProgram.Port(
          activation: array.buffer.activation, shape: [array.channels])
        return
      }
      let planes = try reorder(array, from: dnnl_nhwc, to: dnnl_nchw, as: .float32)
      program.outputs[name.stage] = OneDNNProgram.Port(
        activation: planes.buffer.activation, shape: Array(array.shape.dropFirst()))
    }

    /// The same values as another type, or in another order.
    private func reorder(
      _ array: OneDNNArray, from order: dnnl_format_tag_t, to tag: dnnl_format_tag_t,
      as type: Precision
    ) throws -> OneDNNArray {
      let result = try OneDNNArray(
        array.batch, array.height, array.width, array.channels, type, on: model.device)
      let source = try OneDNNArray.layout(array.lengths, order, array.type)
      let destination = try OneDNNArray.layout(array.lengths, tag, type)
      let (from, to) = unsafe (source.pointer, destination.pointer)
      let primitive = try unsafe OneDNNPrimitive("\(type.rawValue) pictures", on: model.device) {
        unsafe onednn_reorder($0, $1, from, to, $2)
      }
      try model.device.run(
        primitive, [(DNNL_ARG_FROM, array.buffer), (DNNL_ARG_TO, result.buffer)])
      return result
    }
  }

  extension Precision {
    /// The library's name of it.
    var oneDNN: dnnl_data_type_t {
      switch self {
      case .float32: dnnl_f32
      case .bfloat16: dnnl_bf16
      }
    }
  }
#endif
