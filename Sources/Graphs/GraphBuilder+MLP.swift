import Archives
import Checkpoints
import Tensors

extension GraphBuilder {
  /// Projector or predictor: linear layers with batch norm, where there is one, and ReLU between.
  ///
  /// - Parameter sizes: from input to output as the contract has them; where it has none, the layers
  ///   are those that the checkpoint has.
  /// - Throws: `Failure` (`badInput`) where a layer is missing or does not fit.
  mutating func perceive(
    _ input: Value, _ head: String, sizes: [Int], biases: [Bool], as name: String
  ) throws -> Value {
    let base = "\(branch)/\(head)"
    guard !has("\(base)/sem/linear/weight") else {
      throw Failure(
        .usage, place: "\(base)/sem",
        "a graph does not compute simplicial embeddings; --to \(GraphScope.encoder.rawValue) does "
          + "without the \(head)")
    }
    var count = sizes.count - 1
    if sizes.isEmpty {
      count = 0
      while has("\(base)/linear\(count)/weight") { count += 1 }
    }
    guard count >= 1 else {
      throw Failure(place: base, expected: "at least one linear layer", found: "none")
    }
    var value = input
    for layer in 0..<count {
      let isLast = layer == count - 1
      let hasNorm = has("\(base)/bn\(layer)/scale")
      let place = "\(base)/linear\(layer)"
      value = try linear(
        value, place, as: isLast && !hasNorm ? name : "\(head)/linear\(layer)")
      try check(value.channels, place, layer, sizes, biases)
      if hasNorm {
        value = try normalise(
          value, "\(base)/bn\(layer)", as: isLast ? name : "\(head)/bn\(layer)")
      }
      if !isLast { value = rectify(value, as: "\(head)/relu\(layer)") }
    }
    return value
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
    if layer < biases.count, biases[layer] != has(place + "/bias") {
      throw Failure(
        place: place, expected: biases[layer] ? "a bias, as the contract has" : "no bias",
        found: biases[layer] ? "none" : "one")
    }
  }
}
