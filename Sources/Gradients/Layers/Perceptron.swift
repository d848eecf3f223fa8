import Tensors

/// Projector or predictor: linear layers with batch norm, where there is one, and ReLU between.
struct Perceptron<Arithmetic: Backend> {
  let linears: [Linear<Arithmetic>]
  let norms: [BatchNorm<Arithmetic>?]

  /// The head of that name, `projector` or `predictor`; nil where the checkpoint has none.
  ///
  /// - Parameter sizes: from input to output as the contract has them; where it has none, the layers are
  ///   those that the checkpoint has.
  /// - Throws: `Failure` (`badInput`) where a layer is missing or does not fit.
  init?(
    _ head: String, of parts: Parts<Arithmetic.Scalar>, inputs: Int, sizes: [Int], biases: [Bool]
  ) throws {
    let base = "\(parts.branch)/\(head)"
    guard parts[base + "/linear0/weight"] != nil else { return nil }
    var linears: [Linear<Arithmetic>] = []
    var norms: [BatchNorm<Arithmetic>?] = []
    while sizes.isEmpty
      ? parts["\(base)/linear\(linears.count)/weight"] != nil : linears.count < sizes.count - 1
    {
      let number = linears.count
      let linear = try Linear<Arithmetic>(
        "\(base)/linear\(number)", of: parts, inputs: linears.last?.outputs ?? inputs)
      try Self.check(linear, number, sizes, biases)
      linears.append(linear)
      let norm = "\(base)/bn\(number)"
      let isThere = parts[norm + "/scale"] != nil || parts.statistics.contains(norm + "/mean")
      norms.append(isThere ? try BatchNorm(norm, of: parts, count: linear.outputs) : nil)
    }
    self.linears = linears
    self.norms = norms
  }

  /// The length of the vectors that go out.
  var outputs: Int { linears.last?.outputs ?? 0 }

  /// Its batch norms, in their order.
  var batchNorms: [BatchNorm<Arithmetic>] { norms.compactMap { $0 } }

  /// [N, in] -> [N, out].
  func run(
    _ input: Arithmetic.Value, in pass: LayerPass<Arithmetic>, onto tape: Tape<Arithmetic>
  ) throws -> Arithmetic.Value {
    var value = input
    for (number, linear) in linears.enumerated() {
      value = try pass.multiply(value, linear, onto: tape)
      let rectifies = number < linears.count - 1
      if let norm = norms[number] {
        value = try pass.normalise(value, norm, rectifies: rectifies, onto: tape)
      } else if rectifies {
        value = try pass.pass(onto: tape) { try pass.backend.rectify(value) }
      }
    }
    return value
  }

  /// Compares a layer with what the contract says of it.
  private static func check(
    _ linear: Linear<Arithmetic>, _ number: Int, _ sizes: [Int], _ biases: [Bool]
  ) throws {
    if !sizes.isEmpty, linear.outputs != sizes[number + 1] {
      throw Failure(
        place: linear.path, expected: "\(sizes[number + 1]) outputs, as the contract has",
        found: "\(linear.outputs)")
    }
    if number < biases.count, biases[number] != (linear.bias != nil) {
      throw Failure(
        place: linear.path, expected: biases[number] ? "a bias, as the contract has" : "no bias",
        found: linear.bias != nil ? "one" : "none")
    }
  }
}
