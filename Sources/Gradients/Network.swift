import Checkpoints
import Tensors

/// A branch of a checkpoint, ready to be run forwards and backwards.
///
/// Skeleton of the interface; `Network+*.swift` has the layers.
public final class Network<Arithmetic: Backend> {
  /// The numbers computed with.
  public typealias Scalar = Arithmetic.Scalar

  /// What computes.
  public let backend: Arithmetic
  /// Online or target.
  public let branch: Branch
  /// What the layers are.
  public let contract: Contract
  /// Weights and biases, scales and offsets, sorted by native name.
  public let parameters: [Parameter<Scalar>]
  /// The running statistics and their counters, as the checkpoint's batch norms keep them.
  public var statistics: RunningStatistics

  /// The networks of a branch.
  ///
  /// - Parameter isTrained: whether gradients are wanted.
  /// - Throws: `Failure` (`badInput`) where tensors are missing or do not fit the contract, naming them.
  public init(
    _ branch: Branch, of checkpoint: Checkpoint, on backend: Arithmetic, isTrained: Bool
  ) throws {
    fatalError("interface only")
  }

  /// The parameter of that native name.
  public subscript(path: String) -> Parameter<Scalar>? { nil }

  /// Runs the networks up to an output.
  ///
  /// - Parameters:
  ///   - isTraining: whether batch norm uses the batch's moments and moves the running ones.
  ///   - records: whether `Pass.pull` will be called.
  public func run(
    _ pictures: Batch, until output: NetworkOutput, isTraining: Bool, records: Bool
  ) throws -> Pass<Scalar> {
    fatalError("interface only")
  }
}

/// An output of the networks, in the order in which they are computed.
public enum NetworkOutput: Int, Sendable, Comparable {
  case embedding, projection, prediction
  /// Orders outputs as they are computed.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A forward pass whose way back is open.
public struct Pass<Scalar: TrainingScalar> {
  /// [N, D] row-major, by output.
  public var outputs: [NetworkOutput: Rows<Scalar>]
  /// Takes the gradient of the loss with respect to the last output, [N, D], and adds to the gradients
  /// of the parameters; may be called once.
  public var pull: (Rows<Scalar>) throws -> Void
}

/// Vectors of one length: [count, width], row-major.
public struct Rows<Scalar: TrainingScalar> {
  /// The number of vectors.
  public var count: Int
  /// Their length.
  public var width: Int
  /// The values.
  public var values: [Scalar]

  /// Vectors.
  public init(count: Int, width: Int, values: [Scalar]) {
    precondition(count * width == values.count, "\(values.count) values for [\(count), \(width)]")
    self.count = count
    self.width = width
    self.values = values
  }
}
