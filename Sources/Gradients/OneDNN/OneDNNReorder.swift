#if ONEDNN
  import COneDNN
  import OneDNN

  /// The same numbers in another layout.
  final class OneDNNReorder {
    /// What a reorder is for.
    struct Shape: Hashable {
      enum Purpose: Hashable { case pictures, weights, gradient, addedGradient }
      var purpose: Purpose
      var operation: ObjectIdentifier
    }

    private let device: OneDNNDevice
    private let primitive: OneDNNPrimitive

    /// To what an operation wants for an argument.
    ///
    /// - Throws: `Failure` where the library refuses.
    init(
      from layout: OneDNNLayout, to operation: OneDNNPrimitive, _ argument: Int32,
      on device: OneDNNDevice
    ) throws {
      self.device = device
      let wanted = unsafe operation.layout(of: argument)
      primitive = try unsafe OneDNNPrimitive("weights", on: device) {
        guard let wanted = unsafe wanted else { return dnnl_invalid_arguments }
        return unsafe onednn_reorder($0, $1, layout.pointer, wanted, $2)
      }
    }

    /// From what an operation gives for an argument.
    ///
    /// - Parameter adds: whether it is added to what is there.
    /// - Throws: `Failure` where the library refuses.
    init(
      from operation: OneDNNPrimitive, _ argument: Int32, to layout: OneDNNLayout, adds: Bool,
      on device: OneDNNDevice
    ) throws {
      self.device = device
      let given = unsafe operation.layout(of: argument)
      primitive = try unsafe OneDNNPrimitive("gradient of weights", on: device, adds: adds) {
        guard let given = unsafe given else { return dnnl_invalid_arguments }
        return unsafe onednn_reorder($0, $1, given, layout.pointer, $2)
      }
    }

    /// Writes to a new buffer.
    func run(_ source: UnsafeMutableRawPointer) throws -> OneDNNBuffer {
      let result = try device.buffer(bytes: primitive.bytes(of: DNNL_ARG_TO))
      try unsafe run(source, to: result.pointer)
      return result
    }

    /// Writes to `result`.
    func run(_ source: UnsafeMutableRawPointer, to result: UnsafeMutableRawPointer) throws {
      try unsafe primitive.run([(DNNL_ARG_FROM, source), (DNNL_ARG_TO, result)])
    }
  }

  /// Weights [O, I, H, W] inside weights of more channels, which are 0.
  struct OneDNNPadding {
    private let lengths: [Int]
    private let padded: [Int]

    init(_ lengths: [Int], in padded: [Int]) {
      self.lengths = lengths
      self.padded = padded
    }

    /// Copies the weights into their places.
    func copy(_ source: UnsafeMutablePointer<Float>, into result: UnsafeMutablePointer<Float>) {
      forEachRow { row, place, count in
        unsafe (result + place).update(from: source + row, count: count)
      }
    }

    /// Adds what is in their places to the weights.
    func add(_ source: UnsafeMutablePointer<Float>, to result: UnsafeMutablePointer<Float>) {
      forEachRow { row, place, count in
        for index in 0..<count { unsafe result[row + index] += source[place + index] }
      }
    }

    private func forEachRow(_ body: (Int, Int, Int) -> Void) {
      let kernel = lengths.dropFirst(2).reduce(1, *)
      for output in 0..<lengths[0] {
        body(output * lengths[1] * kernel, output * padded[1] * kernel, lengths[1] * kernel)
      }
    }
  }
#endif
