#if ONEDNN
  public import Checkpoints
  import OneDNN
  import Tensors

  /// A checkpoint's networks, ready to be run many times: each layer's weights are folded and laid
  /// out for the processor when the layer first runs.
  ///
  /// Not for two threads at once.
  public final class OneDNNModel {
    let checkpoint: Checkpoint
    let device: OneDNNDevice
    /// Weights that other models of the checkpoint have laid out.
    let shared: OneDNNWeights?
    private let threads: Int
    private var layers: [LayerKey: OneDNNPrimitive] = [:]
    private var shapes: Set<[Int]> = []
    private var isKeeping = true

    /// What a primitive was made for.
    private struct LayerKey: Hashable {
      var path: String
      var shape: [Int]
      var isFused: Bool
    }

    /// A model of a checkpoint.
    ///
    /// - Parameter threads: of a layer, at least 1.
    /// - Throws: `Failure` (`badInput`) where no ResNet has the checkpoint's contract.
    public init(_ checkpoint: Checkpoint, threads: Int = 1) throws {
      self.checkpoint = checkpoint
      self.threads = max(1, min(threads, 1024))
      shared = nil
      try checkpoint.contract.checkForOneDNN()
      device = try OneDNNDevice(of: OneDNNProcessor())
    }

    /// A model whose passes are written down in `program`.
    ///
    /// - Throws: as the other.
    init(_ checkpoint: Checkpoint, in program: OneDNNProgram, sharing weights: OneDNNWeights) throws
    {
      self.checkpoint = checkpoint
      threads = 1
      shared = weights
      try checkpoint.contract.checkForOneDNN()
      device = try OneDNNDevice(of: weights.processor, recording: program)
    }

    /// Runs the networks.
    ///
    /// A large batch runs in parts of the size at which the processor's caches serve best, unless the
    /// pass is traced or trains: those see the whole batch at once.
    ///
    /// - Throws: `Failure`, see `OneDNNEngine.run`.
    public func run(_ request: ForwardRequest) throws -> ForwardResult {
      try run(request, keepingLayers: true)
    }

    func run(_ request: ForwardRequest, keepingLayers: Bool) throws -> ForwardResult {
      let shape = request.input.shape
      guard shape.count == 4, shape.allSatisfy({ $0 >= 1 }) else {
        throw Failure(
          .usage, place: "input", "expected pictures [N, C, H, W], found the shape \(shape)")
      }
      OneDNNDevice.use(threads: threads)
      defer { if !keepingLayers { layers = [:] } }
      let isPlain = request.trace == nil && !request.isTraining
      guard isPlain, request.input.values.allSatisfy(\.isFinite) else {
        return try run(request, isFused: false, keepingLayers: keepingLayers)
      }
      do {
        return try run(request, isFused: true, keepingLayers: keepingLayers)
      } catch is OneDNNNotFinite {
        return try run(request, isFused: false, keepingLayers: keepingLayers)
      }
    }

    private func run(_ request: ForwardRequest, isFused: Bool, keepingLayers: Bool) throws
      -> ForwardResult
    {
      let shape = request.input.shape
      let part = isFused ? Self.part(of: shape) : shape[0]
      isKeeping = keepingLayers || part < shape[0]
      forgetLayers(unlessFor: shape)
      var result = ForwardResult()
      for start in stride(from: 0, to: shape[0], by: part) {
        let pictures = start..<min(start + part, shape[0])
        let pass = OneDNNPass(request, on: self, isFused: isFused)
        let input = try OneDNNArray(request.input, pictures: pictures, on: device)
        for (output, values) in try pass.run(input, until: request.until) {
          result.outputs[output, default: values.empty].append(values)
        }
        result.statistics = pass.statistics
      }
      return result
    }

    /// The primitive for a layer and an input's shape, made when it is first wanted.
    ///
    /// - Throws: what `make` throws.
    func layer(
      _ path: String, for input: OneDNNArray, isFused: Bool = false,
      _ make: () throws -> OneDNNPrimitive
    ) throws -> OneDNNPrimitive {
      let key = LayerKey(path: path, shape: input.shape, isFused: isFused)
      if let layer = layers[key] { return layer }
      let layer = try make()
      if isKeeping { layers[key] = layer }
      return layer
    }

    /// Pictures that run together: 8 of 224x224 pixels, more of smaller ones.
    private static func part(of shape: [Int]) -> Int {
      let pixels = Double(shape[2]) * Double(shape[3])
      return min(shape[0], max(1, Int(8 * 224 * 224 / pixels)))
    }

    /// Weights are kept for two shapes of input at most.
    private func forgetLayers(unlessFor shape: [Int]) {
      if shapes.count >= 2, !shapes.contains(shape) {
        layers = [:]
        shapes = []
        device.freeSpareMemory()
      }
      shapes.insert(shape)
    }
  }

  /// What stops a fused pass: weights that are no numbers.
  ///
  /// The library's ReLU would turn what follows from them into zeros unseen; a plain pass keeps it.
  struct OneDNNNotFinite: Error {}

  extension Activation {
    /// No rows of the same kind.
    fileprivate var empty: Activation { Activation(shape: [0] + shape.dropFirst(), values: []) }

    /// Puts the rows of another activation behind these.
    fileprivate mutating func append(_ other: Activation) {
      values += other.values
      shape[0] += other.shape[0]
    }
  }
#endif
