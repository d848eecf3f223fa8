import Tensors

extension Checkpoint {
  /// Begins a predictor with random weights, for a checkpoint that was saved without.
  ///
  /// A linear layer, batch norm, ReLU and a linear layer; biases where the projector's layers have them.
  /// The same seed gives the same bits; `made`, contract and origins say what was done.
  ///
  /// - Parameters:
  ///   - hidden: the hidden layer's width; nil for that of the contract, or else of the projector.
  ///   - seed: where the generator begins.
  ///   - initialiser: the distribution of the weights.
  /// - Throws: `Failure` (`usage`) where there is a predictor, or no projector that it could follow.
  public mutating func makePredictor(
    hidden: Int?, seed: UInt64, initialiser: Initialiser
  ) throws {
    guard !roles.contains(.onlinePredictor) else {
      throw Failure(.usage, "--predictor random: the checkpoint has its own predictor")
    }
    let projector = contract.mlp.projector
    guard roles.contains(.onlineProjector), projector.count > 2, let width = projector.last else {
      throw Failure(
        .usage, "--predictor random needs a projector of two layers or more, and there is none")
    }
    let known = contract.mlp.predictor
    let middle = hidden.map { [$0] } ?? Array((known.isEmpty ? projector : known)[1...].dropLast())
    let sizes = [width] + (middle.isEmpty ? [projector[1]] : middle) + [width]
    var biases = contract.mlp.predictorBiases
    if known.isEmpty || biases.count != sizes.count - 1 {
      let usual = contract.mlp.projectorBiases
      biases = (1..<sizes.count).map { layer in
        (layer == sizes.count - 1 ? usual.last : usual.first) ?? true
      }
    }
    try add(
      RandomMLP(role: .onlinePredictor, sizes: sizes, biases: biases), seed: seed, initialiser)
    contract.mlp.predictor = sizes
    contract.mlp.predictorBiases = biases
    for field in ["predictor", "predictor_biases"] {
      provenance.origins["contract.mlp." + field] = .flag
    }
  }

  /// Notes how a role was made.
  mutating func note(_ how: MadeRole, as role: Role) {
    provenance.made = (provenance.made ?? [:]).merging([role.rawValue: how]) { $1 }
  }
}
