#if ONEDNN
  import COneDNN
  import Tensors

  /// The fast backend: oneDNN's convolutions, and what lies between them fused into single walks over
  /// memory.
  ///
  /// Batch norm, ReLU, residual sums and their gradients cost memory traffic, not arithmetic. Batch norm
  /// is therefore only noted, and the convolution that reads it normalises some pictures at a time into
  /// a buffer that stays in the cache, the forward pass as well as the backward pass; sums over channels
  /// are gathered while a convolution's result is still there. An activation is stored once, in front
  /// of its batch norm (Rota Bulo, Porzi and Kontschieder 2018 save the same half of the memory by
  /// inverting the batch norm).
  ///
  /// In bfloat16, activations, their gradients and the weights of convolutions are rounded to it;
  /// products are added in float32, and parameters, their gradients, moments and everything behind the
  /// encoder (vectors) stay float32.
  public final class OneDNNBackend: Backend {
    /// float32, whatever the precision of activations: parameters and results.
    public typealias Scalar = Float
    /// An activation or its gradient.
    public typealias Value = OneDNNValue

    /// How activations are stored and multiplied.
    public enum Precision: String, Sendable, CaseIterable {
      case float32, bfloat16
    }

    /// How activations are stored and multiplied.
    public let precision: Precision
    /// Whether pullbacks are wanted; values are freed by whoever holds them, so nothing depends on it.
    public var isRecording = true
    /// Where time went.
    public var timings = OneDNNTimings()

    let device: OneDNNDevice
    let team: OneDNNTeam
    /// Whether the processor has AVX-512.
    var isWide = onednn_has_avx512()
    /// The bytes of an activation that are run at a time: so few that several such stay in the cache.
    var cachedBytes = 8 << 20
    /// Operations made ready, by shape.
    var convolutions: [OneDNNConvolution.Shape: OneDNNConvolution] = [:]
    var poolings: [OneDNNPooling.Shape: OneDNNPooling] = [:]
    /// Whether the next convolution is likely to have a batch norm behind it that wants moments.
    var gathersMoments = true

    /// A backend.
    ///
    /// - Parameters:
    ///   - threads: of a layer, at least 1; results have the same bits for the same number.
    ///   - precision: of activations.
    /// - Throws: `Failure` where the library refuses.
    public init(threads: Int, precision: Precision = .float32) throws {
      self.precision = precision
      device = try OneDNNDevice()
      team = OneDNNTeam(threads: threads)
      team.use()
    }

    /// `onednn float32`, `onednn bfloat16`.
    public var name: String { "onednn \(precision.rawValue)" }

    /// How pictures are stored.
    var pictureType: OneDNNElementType { precision == .float32 ? .float32 : .bfloat16 }

    /// [N, C, H, W] or [N, C].
    public func shape(of value: OneDNNValue) -> [Int] { value.shape }
    /// The value itself: values never change.
    public func copy(_ value: OneDNNValue) -> OneDNNValue { value }

    /// Gives memory that no activation uses back to the system.
    public func freeSpareMemory() { device.freeSpareMemory() }

    /// Runs `body` and notes what it took.
    func timed<Result>(
      _ kind: OneDNNTimings.Kind, _ body: () throws -> Result
    ) rethrows -> Result {
      let start = OneDNNTimings.now
      defer { timings.seconds[kind, default: 0] += OneDNNTimings.now - start }
      return try body()
    }

    /// A stored value whose numbers are still undefined, and where they lie.
    func unwritten(
      _ shape: [Int], _ type: OneDNNElementType
    ) throws -> (value: OneDNNValue, buffer: OneDNNBuffer) {
      let channels = (shape[1] + 15) / 16 * 16
      let count = shape[0] * channels * shape.dropFirst(2).reduce(1, *)
      let buffer = try device.buffer(bytes: count * type.bytes)
      return (OneDNNValue(shape, type, .stored(buffer)), buffer)
    }

    /// Refuses a value of another shape.
    func expect(_ shape: [Int], _ value: OneDNNValue, _ place: String) throws {
      guard value.shape == shape else {
        throw Failure(
          place: place, expected: "a value of the shape \(shape)", found: "\(value.shape)")
      }
    }
  }
#endif
