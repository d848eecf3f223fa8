import Checkpoints
import Gradients
import Tensors

/// The library, the numbers and the threads that a training computes with.
public struct TrainingEngine: Hashable, Sendable {
  /// `onednn` or `openblas`.
  public let library: String
  /// `float32`, `float64` or `bfloat16`.
  public let precision: String
  /// Threads of a layer.
  public let threads: Int

  /// Libraries of this build, the fastest first.
  public static var libraries: [String] {
    #if ONEDNN
      ["onednn", "openblas"]
    #else
      ["openblas"]
    #endif
  }

  /// What the user said; otherwise what the run was made with so far; otherwise the fastest library,
  /// float32 and a thread for each processor.
  ///
  /// - Parameters:
  ///   - engine: `onednn`, `openblas`, or `openblas-f64`, which says the precision too.
  ///   - precision: the numbers of activations and gradients.
  /// - Throws: `Failure` (`usage`) with the choices, where this build has no such thing.
  public init(engine: String?, precision: String?, threads: Int?, before: RunState?) throws {
    var (engine, precision) = (engine, precision)
    if engine == "openblas-f64" {
      guard precision == nil || precision == "float64" else {
        throw Failure(.usage, "openblas-f64 computes in float64, not in \(precision ?? "")")
      }
      (engine, precision) = ("openblas", "float64")
    }
    let numbers = precision ?? before?.precision ?? "float32"
    guard ["float32", "float64", "bfloat16"].contains(numbers) else {
      throw Failure(.usage, "--precision is float32, float64 or bfloat16, not \(numbers)")
    }
    // float64 is OpenBLAS' alone, and bfloat16 oneDNN's.
    let usual =
      numbers == "float64"
      ? "openblas" : precision == nil ? before?.engine ?? Self.libraries[0] : Self.libraries[0]
    library = engine ?? usual
    guard Self.libraries.contains(library) else {
      throw Failure(
        .usage,
        "this build cannot train with \(library); it has \(Self.libraries.joined(separator: ", "))")
    }
    guard numbers != "float64" || library == "openblas" else {
      throw Failure(.usage, "\(library) does not compute in float64; openblas does")
    }
    guard numbers != "bfloat16" || library == "onednn" else {
      throw Failure(.usage, "\(library) does not compute in bfloat16; onednn does")
    }
    self.precision = numbers
    self.threads = max(1, threads ?? before?.threads ?? Processors.count)
  }

  /// What numbers made with it are labelled with: `onednn float32, 2 threads`.
  public var name: String {
    "\(library) \(precision), \(threads) thread\(threads == 1 ? "" : "s")"
  }

  /// The update of a checkpoint's networks with this engine.
  ///
  /// - Throws: `Failure` (`badInput`) where tensors are missing or do not fit the contract.
  func updater(_ checkpoint: Checkpoint, plan: Plan) throws -> any Updating {
    switch (library, precision) {
    #if ONEDNN
      case ("onednn", _):
        return try Updater(
          checkpoint, plan: plan,
          backend: try OneDNNBackend(
            threads: threads, precision: precision == "bfloat16" ? .bfloat16 : .float32))
    #endif
    case (_, "float64"):
      return try Updater(checkpoint, plan: plan, backend: BLASBackend<Double>(threads: threads))
    default:
      return try Updater(checkpoint, plan: plan, backend: BLASBackend<Float>(threads: threads))
    }
  }
}
