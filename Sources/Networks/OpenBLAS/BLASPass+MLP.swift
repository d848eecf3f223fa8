import Checkpoints
import Tensors

extension BLASPass {
  /// Whether a batch norm of that name follows a layer: one that is trained, or (SimSiam's last) one
  /// that has running statistics alone.
  func hasNorm(_ path: String) -> Bool {
    checkpoint[path + "/scale"] != nil || checkpoint[path + "/mean"] != nil
  }

  /// Whether the checkpoint has that head of the branch.
  func has(_ head: String) -> Bool { checkpoint["\(branch)/\(head)/linear0/weight"] != nil }

  /// Projector or predictor: linear layers with batch norm, where there is one, and ReLU between.
  ///
  /// - Parameter sizes: from input to output as the contract has them; where it has none, the
  ///   layers are those that the checkpoint has.
  /// - Throws: `Failure` (`badInput`) where a layer is missing or does not fit.
  mutating func perceive(
    _ input: BLASArray<Number>, _ head: String, sizes: [Int], biases: [Bool]
  ) throws -> BLASArray<Number> {
    let base = "\(branch)/\(head)"
    var count = sizes.count - 1
    if sizes.isEmpty {
      count = 1
      while checkpoint["\(base)/linear\(count)/weight"] != nil { count += 1 }
    }
    var array = input
    for layer in 0..<max(count, 0) {
      let name = "linear\(layer)"
      array = try linear(array, "\(base)/\(name)")
      try check(array.channels, "\(base)/\(name)", layer, sizes, biases)
      trace("\(head)/\(name)", array)
      if hasNorm("\(base)/bn\(layer)") {
        try normalise(&array, "\(base)/bn\(layer)", as: "\(head)/bn\(layer)")
      }
      if layer < count - 1 { array.rectify() }
    }
    return array
  }

  /// Compares a layer with what the contract says of it.
  private func check(
    _ channels: Int, _ place: String, _ layer: Int, _ sizes: [Int], _ biases: [Bool]
  ) throws {
    if !sizes.isEmpty, channels != sizes[layer + 1] {
      throw Failure(
        place: place, expected: "\(sizes[layer + 1]) outputs, as the contract has",
        found: "\(channels)")
    }
    let hasBias = checkpoint[place + "/bias"] != nil
    if layer < biases.count, biases[layer] != hasBias {
      throw Failure(
        place: place, expected: biases[layer] ? "a bias, as the contract has" : "no bias",
        found: hasBias ? "one" : "none")
    }
  }
}
