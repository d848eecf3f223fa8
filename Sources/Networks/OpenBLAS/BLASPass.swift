import Checkpoints
import Tensors

/// One forward pass in progress.
struct BLASPass<Number: BLASNumber> {
  let checkpoint: Checkpoint
  let isTraining: Bool
  /// `online` or `target`.
  let branch: String
  /// Running statistics after the batch norms passed so far, by native name.
  var statistics: [String: [Double]] = [:]
  private let observer: (@Sendable (String, Activation) -> Void)?

  /// A pass that has not begun.
  init(_ request: ForwardRequest, on checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
    isTraining = request.isTraining
    branch = request.branch.rawValue
    observer = request.trace
  }

  /// What the contract says of the encoder.
  var encoder: Contract.Encoder { checkpoint.contract.encoder }

  /// The native name of a part of the encoder.
  func path(_ part: String) -> String { "\(branch)/encoder/\(part)" }

  /// Shows a stage's activation to whoever asked for them.
  func trace(_ stage: String, _ array: BLASArray<Number>) {
    observer?(stage, array.activation)
  }

  /// Batch norm as a stage of its own.
  mutating func normalise(
    _ array: inout BLASArray<Number>, _ path: String, as stage: String
  ) throws {
    try normalise(&array, path)
    trace(stage, array)
  }

  /// The networks in their order, up to the last output wanted.
  ///
  /// - Throws: `Failure`, see `OpenBLASEngine.run`.
  mutating func run(_ request: ForwardRequest) throws -> ForwardResult {
    var outputs: [Output: Activation] = [:]
    func note(_ output: Output, _ array: BLASArray<Number>) {
      outputs[output] = array.activation
      trace(output.rawValue, array)
    }
    let embedding = try encode(BLASArray(request.input))
    note(.embedding, embedding)
    let classifier = "\(branch)/heads/classifier"
    if request.until >= .logits, checkpoint[classifier + "/weight"] != nil {
      note(.logits, try linear(embedding, classifier))
    }
    let mlp = checkpoint.contract.mlp
    if request.until >= .projection, has("projector") {
      let projection = try perceive(
        simplicial(embedding), "projector", sizes: mlp.projector, biases: mlp.projectorBiases)
      note(.projection, projection)
      if request.until >= .prediction, has("predictor") {
        note(
          .prediction,
          try perceive(
            projection, "predictor", sizes: mlp.predictor, biases: mlp.predictorBiases))
      }
    }
    return ForwardResult(outputs: outputs, statistics: statistics)
  }
}
