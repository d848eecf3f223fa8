import Checkpoints
import Tensors

/// The simplicial embedding before a projector (Lavoie, Tsirigotis and others 2022).
///
/// A linear layer [N, D] -> [N, L V], batch norm, and softmax(x / temperature) over the V numbers of each
/// of the L groups.
struct SimplicialEmbedding<Arithmetic: Backend> {
  let linear: Linear<Arithmetic>
  let norm: BatchNorm<Arithmetic>?
  let sizes: Contract.SEM

  /// The branch's, or nil where the checkpoint has none.
  ///
  /// - Throws: `Failure` (`badInput`) where tensors and contract differ.
  init?(of parts: Parts<Arithmetic.Scalar>, inputs: Int) throws {
    let base = "\(parts.branch)/projector/sem"
    guard let sizes = parts.contract.sem else {
      guard parts[base + "/linear/weight"] == nil else {
        throw Failure(
          place: base, expected: "groups, size and temperature in the contract", found: "none")
      }
      return nil
    }
    linear = try Linear(base + "/linear", of: parts, inputs: inputs)
    guard sizes.size > 0, linear.outputs % sizes.size == 0,
      linear.outputs / sizes.size == sizes.groups
    else {
      throw Failure(
        place: base + "/linear/weight",
        expected: "\(sizes.groups) groups of \(sizes.size) outputs, as the contract has",
        found: "\(linear.outputs) outputs")
    }
    let hasNorm =
      parts[base + "/bn/scale"] != nil || parts.statistics.contains(base + "/bn/mean")
    norm = hasNorm ? try BatchNorm(base + "/bn", of: parts, count: linear.outputs) : nil
    self.sizes = sizes
  }

  /// [N, D] -> [N, L V].
  func run(
    _ input: Arithmetic.Value, in pass: LayerPass<Arithmetic>, onto tape: Tape<Arithmetic>
  ) throws -> Arithmetic.Value {
    var value = try pass.multiply(input, linear, onto: tape)
    if let norm { value = try pass.normalise(value, norm, rectifies: false, onto: tape) }
    return try pass.pass(onto: tape) {
      try pass.backend.softmax(value, size: sizes.size, temperature: sizes.temperature)
    }
  }
}
