import Tensors

/// Linear layers with batch norm and ReLU between them, as BYOL's projector and predictor are, before their
/// first update.
struct RandomMLP {
  /// The role they have.
  var role: Role
  /// Sizes from input to output: 2048, 4096, 256.
  var sizes: [Int]
  /// Whether each linear layer has a bias.
  var biases: [Bool]

  /// Largest width of a layer that is made.
  private static let widest = 1 << 20

  /// The tensors, in order, from a generator (SplitMix64) that begins at `seed`, a projector's at its
  /// complement.
  ///
  /// - Throws: `Failure` (`usage`) where no such layers are made.
  func entries(seed: UInt64, _ initialiser: Initialiser) throws -> [Checkpoint.Entry] {
    guard sizes.allSatisfy({ (1...Self.widest).contains($0) }),
      zip(sizes, sizes.dropFirst()).allSatisfy({ $0 * $1 <= 1 << 28 })
    else {
      let name = role.folder.split(separator: "/").last ?? ""
      throw Failure(.usage, "--\(name) random: layers of the sizes \(sizes) are not made")
    }
    // Projector and predictor of one seed must not have the same numbers.
    var generator = SplitMix64(seed: role == .onlineProjector ? ~seed : seed)
    var made: [Checkpoint.Entry] = []
    for (layer, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let base = role.folder
      made.append(
        Checkpoint.Entry(
          "\(base)linear\(layer)/weight",
          try initialiser.weight(inputs: inputs, outputs: outputs, &generator)))
      if biases[layer] {
        made.append(
          Checkpoint.Entry(
            "\(base)linear\(layer)/bias",
            try initialiser.bias(inputs: inputs, outputs: outputs, &generator)))
      }
      guard layer < sizes.count - 2 else { continue }
      for (leaf, value) in [("scale", 1), ("offset", 0), ("mean", 0), ("variance", 1)] {
        let values = [Float](repeating: Float(value), count: outputs)
        made.append(
          Checkpoint.Entry(
            "\(base)bn\(layer)/\(leaf)", try Tensor(floats: values, shape: [outputs])))
      }
    }
    return made
  }
}

extension Checkpoint {
  /// Adds layers, and notes how they were made.
  mutating func add(_ layers: RandomMLP, seed: UInt64, _ initialiser: Initialiser) throws {
    let made = try layers.entries(seed: seed, initialiser)
    note(.random(initialiser, seed: seed), as: layers.role)
    add(made)
  }
}
