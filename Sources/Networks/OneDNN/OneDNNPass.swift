#if ONEDNN
  import Checkpoints
  import Tensors

  /// One pass over the networks.
  final class OneDNNPass {
    let model: OneDNNModel
    /// Whether layers run together where that is faster; then nothing is traced.
    let isFused: Bool
    let isTraining: Bool
    /// Running statistics after the batch norms passed so far, by native name.
    var statistics: [String: [Double]] = [:]
    /// The stages that are outputs of a program.
    var wanted: Set<String> = []
    private let branch: String
    private let observer: (@Sendable (String, Activation) -> Void)?

    /// A stage's native name, and what the trace calls it.
    struct Name {
      var path: String
      var stage: String
      /// Whether its values are [N, C].
      var isVector = false
    }

    /// A pass that has not begun.
    init(_ request: ForwardRequest, on model: OneDNNModel, isFused: Bool) {
      self.model = model
      self.isFused = isFused
      isTraining = request.isTraining
      branch = request.branch.rawValue
      observer = request.trace
    }

    /// What the contract says of the encoder.
    var encoder: Contract.Encoder { model.checkpoint.contract.encoder }

    /// The name of a part of the encoder: `stage0/block1/conv0`.
    func part(_ stage: String) -> Name { Name(path: "\(branch)/encoder/\(stage)", stage: stage) }

    /// The name of a part outside it: `projector/linear0`.
    func head(_ path: String, as stage: String? = nil) -> Name {
      Name(path: "\(branch)/\(path)", stage: stage ?? path, isVector: true)
    }

    /// Whether the checkpoint has the leaf of a layer.
    func has(_ leaf: String, of name: Name) -> Bool {
      model.checkpoint["\(name.path)/\(leaf)"] != nil
    }

    /// Shows a stage to whoever asked for it.
    ///
    /// In a program a stage that is wanted becomes an output.
    ///
    /// - Throws: `OneDNNComplete` once a program has all that is wanted.
    func trace(_ name: Name, _ array: OneDNNArray) throws {
      if let program = model.device.program, wanted.contains(name.stage) {
        try publish(name, array, in: program)
        if program.outputs.count == wanted.count { throw OneDNNComplete() }
      }
      guard let observer else { return }
      observer(name.stage, name.isVector ? try array.vectors : try array.activation)
    }

    /// Runs the networks in their order, up to the last output wanted.
    ///
    /// - Throws: `Failure`.
    func run(_ input: OneDNNArray, until last: Output) throws -> [Output: Activation] {
      var outputs: [Output: Activation] = [:]
      func note(_ output: Output, _ array: OneDNNArray) throws {
        if model.device.program == nil { outputs[output] = try array.vectors }
        try trace(Name(path: "", stage: output.rawValue, isVector: true), array)
      }
      let embedding = try encode(input)
      try note(.embedding, embedding)
      let classifier = head("heads/classifier", as: Output.logits.rawValue)
      if last >= .logits, has("weight", of: classifier) {
        let logits = try linear(embedding, Unit(layer: classifier))
        // A pass that is not fused has shown the layer already.
        if isFused { try note(.logits, logits) } else { outputs[.logits] = try logits.vectors }
      }
      let mlp = model.checkpoint.contract.mlp
      guard last >= .projection, has("weight", of: head("projector/linear0")) else {
        return outputs
      }
      let projection = try perceive(
        embedSimplicially(embedding), "projector", sizes: mlp.projector, biases: mlp.projectorBiases
      )
      try note(.projection, projection)
      guard last >= .prediction, has("weight", of: head("predictor/linear0")) else {
        return outputs
      }
      let prediction = try perceive(
        projection, "predictor", sizes: mlp.predictor, biases: mlp.predictorBiases)
      try note(.prediction, prediction)
      return outputs
    }
  }
#endif
