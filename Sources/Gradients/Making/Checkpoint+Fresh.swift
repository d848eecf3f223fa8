import Checkpoints
import Tensors

extension Checkpoint {
  /// A checkpoint before its first update: random networks, running statistics as they begin.
  ///
  /// The same design and seed give the same bits. `provenance.made` says how each network was made.
  ///
  /// - Parameters:
  ///   - seed: where the generator (SplitMix64) begins.
  ///   - recipe: what training shall do, for the checkpoint to keep.
  /// - Throws: `Failure` (`usage`) where the design cannot be made, naming its field.
  public static func fresh(
    _ design: NetworkDesign, seed: UInt64, recipe: Recipe = Recipe()
  ) throws -> Checkpoint {
    try design.check()
    var generator = SplitMix64(seed: seed)
    let isDeepMind = design.conventions == .deepMind
    var entries: [Entry] = []
    for branch in isDeepMind ? Branch.allCases : [.online] {
      for tensor in design.tensors(of: branch, isWhole: true) {
        entries.append(
          Entry(tensor.path, try tensor.begin(design.conventions, &generator)))
      }
    }
    var checkpoint = Checkpoint(entries: entries, contract: design.contract, recipe: recipe)
    for role in checkpoint.roles where role.isWeights {
      checkpoint.provenance.made = (checkpoint.provenance.made ?? [:]).merging([
        role.rawValue: .random(isDeepMind ? .truncatedNormal : .kaimingUniform, seed: seed)
      ]) { $1 }
    }
    if !isDeepMind { try checkpoint.makeTarget(withPredictor: false) }
    for field in NetworkDesign.fields { checkpoint.provenance.origins["contract." + field] = .flag }
    return checkpoint
  }
}

extension DesignedTensor {
  /// The tensor as it begins.
  ///
  /// - Throws: `Failure` where the shape is impossible.
  func begin(
    _ conventions: NetworkDesign.Conventions, _ generator: inout SplitMix64
  ) throws -> Tensor {
    let count = shape.reduce(1, *)
    switch beginning {
    case .constant(let value):
      return try Tensor(floats: [Float](repeating: value, count: count), shape: shape)
    case .weight:
      let random = RandomWeights.weight(self, conventions)
      return try Tensor(floats: random.numbers(count, &generator), shape: shape)
    case .bias:
      let random = RandomWeights.bias(self, conventions)
      return try Tensor(floats: random.numbers(count, &generator), shape: shape)
    case .count:
      // The types in which the programs count.
      return try Tensor(numbers: [0], conventions == .deepMind ? .int32 : .int64, shape: [])
    }
  }
}

extension NetworkDesign {
  /// The parts of the contract that a design decides.
  static let fields = ["encoder", "bn", "mlp", "input"]
}
