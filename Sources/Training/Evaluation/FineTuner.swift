import Checkpoints
import Gradients
import Tensors

/// Trains an encoder and a linear classifier on it together, by SGD with Nesterov momentum on the mean
/// cross-entropy; batch norm sees the batch (training mode), and its running statistics follow.
public final class FineTuner<Arithmetic: Backend> {
  /// The numbers computed with.
  public typealias Scalar = Arithmetic.Scalar

  /// The network; only its encoder is trained.
  public let network: Network<Arithmetic>
  /// [classes, width].
  public let weight: Parameter<Scalar>
  /// [classes].
  public let bias: Parameter<Scalar>

  private let source: Checkpoint
  private let trained: [Parameter<Scalar>]
  private let optimiser: any Optimiser<Scalar>

  /// Training that begins with the checkpoint's encoder.
  ///
  /// - Parameters:
  ///   - head: the classifier to begin with.
  ///   - keep: the share of running statistics that an update keeps; nil for the contract's.
  /// - Throws: `Failure` (`badInput`) where the encoder is missing or does not fit the contract.
  public init(
    _ checkpoint: Checkpoint, branch: Branch = .online, head: LinearHead, keep: Double? = nil,
    backend: Arithmetic
  ) throws {
    source = checkpoint
    var contract = checkpoint.contract
    contract.batchNorm.keep = keep ?? contract.batchNorm.keep
    // Momentum of another training has nothing to do with this one.
    let begin = Checkpoint(
      entries: checkpoint.entries.filter { Role(of: $0.path) != .optimizer }, contract: contract)
    network = try Network(branch, of: begin, on: backend, isTrained: true)
    let folder = "\(branch.rawValue)/heads/linear/"
    weight = Parameter(
      folder + "weight", shape: [head.classes, head.width], values: head.weight.map { Scalar($0) })
    bias = Parameter(folder + "bias", shape: [head.classes], values: head.bias.map { Scalar($0) })
    trained =
      network.parameters.filter { $0.path.hasPrefix("\(branch.rawValue)/encoder/") } + [
        weight, bias,
      ]
    var plan = OptimiserPlan(family: .momentum(nil))
    plan.momentum = 0.9
    plan.isNesterov = true
    optimiser = try plan.optimiser(for: trained, from: begin)
  }

  /// One update.
  ///
  /// - Parameters:
  ///   - pictures: as the first convolution sees them.
  ///   - labels: their classes.
  ///   - decay: the weight decay, of every parameter.
  /// - Returns: the mean cross-entropy before the update.
  /// - Throws: `Failure` (`differs`) where the loss is no number; what the network throws.
  public func step(_ pictures: Batch, labels: [Int], rate: Double, decay: Double = 0) throws
    -> Double
  {
    let loss = try gradients(pictures, labels: labels)
    for parameter in trained { optimiser.step(parameter, rate: rate, decay: decay) }
    return loss
  }

  /// The loss of a batch; the parameters' gradients are those of this loss afterwards.
  func gradients(_ pictures: Batch, labels: [Int]) throws -> Double {
    let backend = network.backend
    for parameter in trained { parameter.clear() }
    let pass = try network.run(pictures, until: .embedding, isTraining: true, records: true)
    guard let embedding = pass.outputs[.embedding] else {
      throw Failure(.badInput, "the encoder gives no embedding")
    }
    backend.isRecording = true
    let input = try backend.value(embedding.values, shape: [embedding.count, embedding.width])
    let (output, pull) = try backend.linear(input, weight, bias: bias)
    let logits = Rows(
      count: embedding.count, width: bias.count, values: try backend.numbers(of: output))
    let entropy = CrossEntropy(logits, labels: labels, weight: 1)
    guard let loss = entropy.loss, loss.isFinite else {
      throw Failure(.differs, "the loss is no number: the learning rate is too large")
    }
    let slope = try pull(
      backend.value(entropy.gradient.values, shape: [logits.count, logits.width]))
    try pass.pull(
      Rows(count: embedding.count, width: embedding.width, values: backend.numbers(of: slope)))
    return loss
  }

  /// The classifier as it is now.
  public var head: LinearHead {
    unsafe LinearHead(
      classes: bias.count, width: weight.count / max(1, bias.count),
      weight: weight.values.map { Float($0) }, bias: unsafe bias.values.map { Float($0) })
  }

  /// The source's checkpoint with the encoder as it is now.
  ///
  /// - Throws: `Failure` where a tensor cannot be made.
  public func checkpoint() throws -> Checkpoint {
    let role = "\(network.branch.rawValue)/encoder/"
    let new = Dictionary(
      try network.entries().map { ($0.path, $0.tensor) }, uniquingKeysWith: { $1 })
    var copy = source.replacing { entry in
      let isEncoder = entry.path.hasPrefix(role) || entry.path.hasPrefix("training/bn/" + role)
      return isEncoder ? new[entry.path] ?? entry.tensor : entry.tensor
    }
    copy.contract = source.contract
    return copy
  }
}

extension Checkpoint {
  /// The same checkpoint with other tensors under the same names.
  func replacing(_ tensor: (Entry) throws -> Tensor) rethrows -> Checkpoint {
    var copy = Checkpoint(
      entries: try entries.map { Entry($0.path, try tensor($0)) }, contract: contract,
      recipe: recipe, provenance: provenance, tree: tree, extras: extras)
    copy.verification = verification
    return copy
  }
}
