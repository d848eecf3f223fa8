import Checkpoints
import Tensors

/// A branch of a checkpoint, ready to be run forwards and backwards.
///
/// The structure is written once, in `Layers/`; the arithmetic is the backend's.
public final class Network<Arithmetic: Backend> {
  /// The numbers computed with.
  public typealias Scalar = Arithmetic.Scalar

  /// What computes.
  public let backend: Arithmetic
  /// Online or target.
  public let branch: Branch
  /// What the layers are.
  public let contract: Contract
  /// Weights and biases, scales and offsets, of the heads too, sorted by native name.
  public let parameters: [Parameter<Scalar>]
  /// The running statistics and their counters, as the checkpoint's batch norms keep them.
  public var statistics: RunningStatistics
  /// Shown the output of every layer of a pass with the layer's native name, for those who look for the
  /// first one with a value that is no number.
  public var observe: ((String, Arithmetic.Value) throws -> Void)?

  /// Types of the branch's weights that are computed with and saved as wider ones: of a file in bfloat16,
  /// `[.bfloat16: .float32]`; empty where every weight keeps its type.
  public let widened: [ElementType: ElementType]

  let encoder: ResNet<Arithmetic>
  let simplicial: SimplicialEmbedding<Arithmetic>?
  let projector: Perceptron<Arithmetic>?
  let predictor: Perceptron<Arithmetic>?
  private let positions: [String: Int]
  /// The types in which the values go into a file.
  private let types: [String: ElementType]

  /// The networks of a branch.
  ///
  /// - Parameter isTrained: whether gradients are wanted.
  /// - Throws: `Failure` (`badInput`) where tensors are missing or do not fit the contract, naming them.
  public init(
    _ branch: Branch, of checkpoint: Checkpoint, on backend: Arithmetic, isTrained: Bool
  ) throws {
    var parameters: [Parameter<Scalar>] = []
    var types: [String: ElementType] = [:]
    var widened: [ElementType: ElementType] = [:]
    for entry in checkpoint.entries where entry.path.hasPrefix(branch.rawValue + "/") {
      let leaf = entry.path.split(separator: "/").last.map(String.init) ?? ""
      guard ["weight", "bias", "scale", "offset"].contains(leaf) else { continue }
      guard entry.tensor.elementType.isFloatingPoint else {
        throw Failure(
          place: entry.path, expected: "floating-point numbers",
          found: entry.tensor.elementType.rawValue)
      }
      parameters.append(
        Parameter(
          entry.path, shape: entry.tensor.shape, values: try Scalar.read(entry.tensor),
          isTrained: isTrained))
      let (stored, kept) = (
        entry.tensor.elementType, entry.tensor.elementType.kept(for: Scalar.elementType)
      )
      types[entry.path] = kept
      if kept != stored { widened[stored] = kept }
    }
    self.backend = backend
    self.branch = branch
    self.types = types
    self.widened = widened
    contract = checkpoint.contract
    self.parameters = parameters
    statistics = try RunningStatistics(
      branch, of: checkpoint, computedIn: Scalar.elementType)
    positions = Dictionary(
      parameters.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
    let parts = Parts(
      branch: branch.rawValue, contract: contract,
      parameters: Dictionary(
        parameters.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first }),
      statistics: Set(statistics.values.keys))
    encoder = try ResNet(of: parts)
    simplicial = try SimplicialEmbedding(of: parts, inputs: encoder.outputs)
    let mlp = contract.mlp
    projector = try Perceptron(
      "projector", of: parts, inputs: simplicial?.linear.outputs ?? encoder.outputs,
      sizes: mlp.projector, biases: mlp.projectorBiases)
    predictor = try projector.flatMap {
      try Perceptron(
        "predictor", of: parts, inputs: $0.outputs, sizes: mlp.predictor,
        biases: mlp.predictorBiases)
    }
  }

  /// The parameter of that native name.
  public subscript(path: String) -> Parameter<Scalar>? {
    positions[path].map { parameters[$0] }
  }

  /// The last output that the networks can give.
  public var lastOutput: NetworkOutput {
    projector == nil ? .embedding : predictor == nil ? .projection : .prediction
  }

  /// Sets all gradients to zero.
  public func clearGradients() { for parameter in parameters { parameter.clear() } }

  /// The tensors as they are now: parameters and running statistics, sorted by native name.
  ///
  /// Each has the wider of the type that the checkpoint had and the type computed in, so that nothing
  /// that was computed is lost: float32 stays float32 in a float32 run, and of half types it becomes
  /// float32.
  ///
  /// - Throws: `Failure` where a tensor cannot be made.
  public func entries() throws -> [Checkpoint.Entry] {
    let mine = try parameters.map { parameter in
      unsafe Checkpoint.Entry(
        parameter.path,
        try Tensor(
          numbers: parameter.values.map { Double($0) }, types[parameter.path] ?? .float32,
          shape: parameter.shape))
    }
    return (mine + (try statistics.entries())).sorted { $0.path < $1.path }
  }
}
