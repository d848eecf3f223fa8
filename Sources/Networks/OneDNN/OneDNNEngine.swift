#if ONEDNN
  import Checkpoints

  /// The fast engine: oneDNN's primitives in float32, activations in NHWC.
  ///
  /// Evaluation without a trace folds batch norm into the weights and runs ReLU and the residual sum
  /// inside the convolutions; a traced pass and a training pass run every layer by itself. Both take
  /// the same walk.
  public struct OneDNNEngine: Engine {
    /// Threads of a layer.
    public let threads: Int

    /// An engine.
    ///
    /// - Parameter threads: of a layer, at least 1. They are set, where the library runs on OpenMP,
    ///   for the thread that runs a pass.
    public init(threads: Int = 1) { self.threads = max(1, min(threads, 1024)) }

    /// `onednn float32`.
    public var name: String { "onednn float32" }

    /// Runs the networks once; for many passes, `OneDNNModel` prepares the weights only once.
    ///
    /// - Throws: `Failure` (`badInput`) where a tensor is missing, of the wrong shape, or the
    ///   contract cannot be meant; (`usage`) where the input is no batch of pictures.
    public func run(_ request: ForwardRequest, on checkpoint: Checkpoint) throws -> ForwardResult {
      let model = try OneDNNModel(checkpoint, threads: threads)
      return try model.run(request, keepingLayers: false)
    }
  }
#endif
