#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  /// A convolution of some pictures made ready: forwards, and backwards once that is asked for.
  final class OneDNNConvolution {
    /// What the library must know.
    struct Shape: Hashable {
      var pictures: Int
      /// Of the input as it is stored; for pictures as they were given, their own.
      var inputChannels: Int
      /// As stored.
      var outputChannels: Int
      /// Height and width.
      var area: [Int]
      var window: Window
      /// Whether the input is pictures as they were given: row-major.
      var isFirst: Bool
      var hasBias: Bool
      var type: OneDNNElementType

      /// [O, I, H, W], with the channels that are 0.
      func weightLengths(input: Int) -> [Int] { [outputChannels, input] + window.kernel }
      var inputLengths: [Int] { [pictures, inputChannels] + area }
      var outputLengths: [Int] { [pictures, outputChannels] + window.count }
    }

    let shape: Shape
    let forward: OneDNNPrimitive
    private let device: OneDNNDevice
    private(set) lazy var toWeights = Result { try makeToWeights() }
    private(set) lazy var toSource = Result { try makeToSource() }
    private var reorders: [OneDNNReorder.Shape: OneDNNReorder] = [:]

    /// The forward pass made ready.
    ///
    /// - Throws: `Failure` where the library refuses.
    init(_ shape: Shape, on device: OneDNNDevice) throws {
      self.shape = shape
      self.device = device
      let input = try Self.input(of: shape)
      let weights = try OneDNNLayout(
        shape.weightLengths(input: shape.inputChannels), dnnl_format_tag_any, shape.type)
      let output = try OneDNNLayout(shape.outputLengths, dnnl_nChw16c, shape.type)
      let bias = try shape.hasBias ? OneDNNLayout([shape.outputChannels], dnnl_x) : nil
      let steps = Steps(shape.window)
      forward = try unsafe OneDNNPrimitive("convolution", on: device) {
        result, engine, attributes in
        unsafe onednn_convolution(
          result, engine, dnnl_forward_training, input.pointer, weights.pointer, bias?.pointer,
          output.pointer, steps.strides, steps.before, steps.after, attributes)
      }
    }

    private func makeToWeights() throws -> OneDNNPrimitive {
      let input = try Self.input(of: shape)
      let weights = try OneDNNLayout(
        shape.weightLengths(input: shape.inputChannels), dnnl_format_tag_any)
      let output = try OneDNNLayout(shape.outputLengths, dnnl_nChw16c, shape.type)
      let bias = try shape.hasBias ? OneDNNLayout([shape.outputChannels], dnnl_x) : nil
      let steps = Steps(shape.window)
      return try unsafe OneDNNPrimitive("gradient of a convolution's weights", on: device) {
        unsafe onednn_convolution_to_weights(
          $0, $1, input.pointer, weights.pointer, bias?.pointer, output.pointer, steps.strides,
          steps.before, steps.after, forward.operation, $2)
      }
    }

    private func makeToSource() throws -> OneDNNPrimitive {
      var stored = shape
      stored.inputChannels = (shape.inputChannels + 15) / 16 * 16
      stored.isFirst = false
      let owner = stored == shape ? self : try OneDNNConvolution(stored, on: device)
      let input = try OneDNNLayout(stored.inputLengths, dnnl_nChw16c, shape.type)
      let weights = try OneDNNLayout(
        stored.weightLengths(input: stored.inputChannels), dnnl_format_tag_any, shape.type)
      let output = try OneDNNLayout(stored.outputLengths, dnnl_nChw16c, shape.type)
      let steps = Steps(shape.window)
      return try unsafe OneDNNPrimitive("gradient of a convolution's input", on: device) {
        unsafe onednn_convolution_to_source(
          $0, $1, input.pointer, weights.pointer, output.pointer, steps.strides, steps.before,
          steps.after, owner.forward.operation, $2)
      }
    }

    private static func input(of shape: Shape) throws -> OneDNNLayout {
      try OneDNNLayout(
        shape.inputLengths, shape.isFirst ? dnnl_format_tag_any : dnnl_nChw16c, shape.type)
    }

    /// The pictures `input` as an operation wants them.
    func pictures(
      _ input: UnsafeMutableRawPointer, for operation: OneDNNPrimitive
    ) throws -> OneDNNBuffer {
      let reorder = try reorder(
        .init(purpose: .pictures, operation: ObjectIdentifier(operation))
      ) {
        try OneDNNReorder(
          from: OneDNNLayout(shape.inputLengths, dnnl_nchw), to: operation, DNNL_ARG_SRC, on: device
        )
      }
      return try unsafe reorder.run(input)
    }

    /// Weights, row-major, as an operation wants them.
    func weights(
      _ weight: Parameter<Float>, input channels: Int, for operation: OneDNNPrimitive
    ) throws -> OneDNNBuffer {
      let lengths = shape.weightLengths(input: channels)
      let reorder = try reorder(.init(purpose: .weights, operation: ObjectIdentifier(operation))) {
        try OneDNNReorder(
          from: OneDNNLayout(lengths, dnnl_oihw), to: operation, DNNL_ARG_WEIGHTS, on: device)
      }
      guard let values = unsafe weight.values.baseAddress else { return try device.zeros(0) }
      guard lengths != weight.shape else { return try unsafe reorder.run(values) }
      let padded = try device.zeros(lengths.reduce(1, *))
      unsafe OneDNNPadding(weight.shape, in: lengths).copy(values, into: padded.floats)
      defer { withExtendedLifetime(padded) {} }
      return try unsafe reorder.run(padded.pointer)
    }

    /// Adds what an operation left at `gradient` to the gradient of the weights.
    func add(
      _ gradient: OneDNNBuffer, of operation: OneDNNPrimitive, to weight: Parameter<Float>
    ) throws {
      let lengths = shape.weightLengths(input: shape.inputChannels)
      let isPadded = lengths != weight.shape
      let reorder = try reorder(
        .init(
          purpose: isPadded ? .gradient : .addedGradient, operation: ObjectIdentifier(operation))
      ) {
        try OneDNNReorder(
          from: operation, DNNL_ARG_DIFF_WEIGHTS, to: OneDNNLayout(lengths, dnnl_oihw),
          adds: !isPadded, on: device)
      }
      guard let result = unsafe weight.gradient.baseAddress else { return }
      guard isPadded else { return try unsafe reorder.run(gradient.pointer, to: result) }
      let padded = try unsafe reorder.run(gradient.pointer)
      defer { withExtendedLifetime(padded) {} }
      unsafe OneDNNPadding(weight.shape, in: lengths).add(padded.floats, to: result)
    }

    private func reorder(
      _ key: OneDNNReorder.Shape, _ make: () throws -> OneDNNReorder
    ) throws -> OneDNNReorder {
      if let reorder = reorders[key] { return reorder }
      let reorder = try make()
      reorders[key] = reorder
      return reorder
    }

    /// The window as the library takes it.
    private struct Steps {
      let strides: [Int64]
      let before: [Int64]
      let after: [Int64]

      init(_ window: Window) {
        strides = window.stride.map(Int64.init)
        before = window.before.map(Int64.init)
        after = window.after.map(Int64.init)
      }
    }
  }
#endif
