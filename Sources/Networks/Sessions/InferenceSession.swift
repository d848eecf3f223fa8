import Archives
public import Checkpoints
import Glibc
import Synchronization
import Tensors

/// A checkpoint's networks, compiled to be run on many batches.
///
/// With oneDNN the first batch of a shape compiles: batch norm is folded into weights, ReLU and
/// residual sums into convolutions, weights are laid out for the processor once, and all activations
/// share one piece of memory. Without it, or where a stage lies inside what is fused, an engine runs
/// the network layer by layer.
///
/// Any number of threads may use a session at once.
public final class InferenceSession: Sendable {
  /// What a session runs.
  public struct Options: Sendable {
    /// Which network.
    public var branch = Branch.online
    /// The stages wanted, as traces name them: `embedding`, `logits`, `projection`, `prediction`,
    /// `stage2`, `stage2/block0`, `stem/pool` ...
    public var stages: Set<String> = [Output.embedding.rawValue]
    /// What activations and weights are stored as.
    public var precision = Precision.float32
    /// Threads; nil for one a processor.
    public var threads: Int?

    /// The embedding of the online network, in float32, with all processors.
    public init() {}
  }

  /// What runs.
  public let options: Options
  /// Threads of a batch.
  public let threads: Int
  private let runner: any SessionRunner

  /// A session.
  ///
  /// - Throws: `Failure`: `badInput` where the checkpoint has no such network or no engine runs it,
  ///   `usage` where this build has not the precision.
  public init(_ checkpoint: Checkpoint, options: Options = Options()) throws {
    self.options = options
    threads = max(1, min(options.threads ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1024))
    #if ONEDNN
      runner = try OneDNNSession(checkpoint, options, threads: threads)
    #else
      runner = try EngineSession(checkpoint, options, threads: threads)
    #endif
  }

  /// What numbers made with it are labelled with: `onednn bfloat16`.
  public var name: String { runner.name }

  /// The stages of a batch of pictures.
  ///
  /// Several pictures run side by side, a thread each; where there are fewer than threads, all
  /// threads share the layers of one.
  ///
  /// - Throws: `Failure` (`badInput`) where tensors and pictures do not fit each other or there is no
  ///   such stage.
  public func run(_ pictures: Pictures) throws -> [String: Features] {
    try runner.run(pictures, threads: threads)
  }

  /// The same, on the calling thread alone: for callers with a thread a processor, which decode one
  /// picture while they compute another.
  ///
  /// - Throws: as `run`.
  public func runOnThisThread(_ pictures: Pictures) throws -> [String: Features] {
    try runner.run(pictures, threads: 1)
  }
}

/// A way to run a session's networks.
protocol SessionRunner: Sendable {
  /// What its numbers are labelled with.
  var name: String { get }

  /// The stages wanted.
  func run(_ pictures: Pictures, threads: Int) throws -> [String: Features]
}
