import Tensors

extension Checkpoint {
  /// Begins a projector with random weights, for an encoder that was published alone.
  ///
  /// A linear layer with bias, batch norm, ReLU and a linear layer without, as DeepMind's (`byol/utils/
  /// networks.py`). The same seed gives the same bits; `made`, contract and origins say what was done.
  ///
  /// - Parameters:
  ///   - hidden: the hidden layer's width, 4096 in the paper.
  ///   - width: the projection's width, 256 in the paper.
  ///   - seed: where the generator begins.
  ///   - initialiser: the distribution of the weights.
  /// - Throws: `Failure` (`usage`) where there is a projector, or no encoder that it could follow.
  public mutating func makeProjector(
    hidden: Int = 4096, width: Int = 256, seed: UInt64, initialiser: Initialiser
  ) throws {
    let present = Set(roles)
    guard !present.contains(.onlineProjector), !present.contains(.targetProjector) else {
      throw Failure(.usage, "--projector random: the checkpoint has its own projector")
    }
    guard present.contains(.onlineEncoder), let inputs = contract.encoder.channels.last else {
      throw Failure(
        .usage, "--projector random needs an encoder whose channels are known, and there is none")
    }
    let following = contract.mlp.predictor.first
    guard !present.contains(.onlinePredictor) || following == width else {
      throw Failure(
        .usage,
        "--projector random: the predictor takes \(following ?? 0) numbers, so the projection must have as many, not \(width)"
      )
    }
    let layers = RandomMLP(
      role: .onlineProjector, sizes: [inputs, hidden, width], biases: [true, false])
    try add(layers, seed: seed, initialiser)
    contract.mlp.projector = layers.sizes
    contract.mlp.projectorBiases = layers.biases
    for field in ["projector", "projector_biases"] {
      provenance.origins["contract.mlp." + field] = .flag
    }
  }
}
