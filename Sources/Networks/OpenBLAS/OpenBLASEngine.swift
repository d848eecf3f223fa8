import COpenBLAS
import Checkpoints
import Tensors

/// The second, independent engine: im2col and matrix products by OpenBLAS, in NCHW.
///
/// It is written to be read beside the papers, not to be fast, and shares no code with the other
/// engine. A layer's weights are converted when the layer runs and dropped after it, large ones in
/// blocks of rows, so that a ResNet-200 (2x) passes in float64 with little more memory than its
/// largest activation.
public struct OpenBLASEngine: Engine {
  /// The type in which weights and activations are multiplied.
  public enum Precision: String, CaseIterable, Sendable {
    /// IEEE binary32; sums of batch norm and pooling are kept in float64.
    case float32
    /// IEEE binary64: the reference for numeric tests.
    case float64
  }

  /// The type of all products.
  public let precision: Precision
  /// Threads of a matrix product.
  public let threads: Int

  /// An engine of that precision.
  ///
  /// - Parameter threads: of a matrix product, at least 1. OpenBLAS has one setting for the whole
  ///   process, made again before every pass.
  public init(precision: Precision = .float64, threads: Int = 1) {
    self.precision = precision
    self.threads = max(1, min(threads, 1024))
  }

  /// `openblas float64` or `openblas float32`.
  public var name: String { "openblas \(precision.rawValue)" }

  /// Runs the networks, layer after layer.
  ///
  /// - Throws: `Failure` (`badInput`) where a tensor is missing, of the wrong shape, or the contract
  ///   cannot be meant; (`usage`) where the request's input is no batch of pictures; (`inputOutput`)
  ///   where addresses are limited and there is no room for OpenBLAS's buffers.
  public func run(_ request: ForwardRequest, on checkpoint: Checkpoint) throws -> ForwardResult {
    try AddressSpace.requireOpenBLAS(threads: threads)
    openblas_set_num_threads(Int32(threads))
    switch precision {
    case .float32:
      var pass = BLASPass<Float>(request, on: checkpoint)
      return try pass.run(request)
    case .float64:
      var pass = BLASPass<Double>(request, on: checkpoint)
      return try pass.run(request)
    }
  }
}
