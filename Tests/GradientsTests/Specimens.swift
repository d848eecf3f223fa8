import Archives
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Gradients

/// Numbers that look random and are the same in every run.
enum Random {
  static func numbers(_ count: Int, seed: UInt64 = 1) -> [Double] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in 4 * generator.nextFraction() - 2 }
  }

  static func pictures(_ shape: [Int], seed: UInt64 = 1) -> Batch {
    Batch(shape: shape, exact: numbers(shape.reduce(1, *), seed: seed))
  }
}

/// Heads that byol-pytorch's own classes made (`Tests/Fixtures/sem/make.py`): a simplicial embedding, and
/// SimSiam's three layers whose last batch norm has neither scale nor offset.
enum ProjectorFixture {
  static func checkpoint(_ name: String) throws -> Checkpoint {
    var entries: [Checkpoint.Entry] = []
    let file = try MappedFile(Shared.inPackage("Tests/Fixtures/sem/\(name).npz"))
    for leaf in try Npz().read(file).leaves {
      guard case .tensor(let tensor) = leaf.value,
        leaf.name.hasPrefix("online/") || leaf.name.hasPrefix("target/")
      else { continue }
      entries.append(.init(leaf.name, tensor))
    }
    var contract = NetworkDesign(depth: 18, stem: .cifar, conventions: .torch).contract
    contract.encoder.blocks = [1]
    contract.encoder.channels = [8]
    contract.encoder.strides = [1]
    if name == "sem" {
      contract.sem = .init(groups: 5, size: 4, temperature: 0.2)
      contract.mlp = .init(
        projector: [20, 12, 6], predictor: [6, 12, 6], projectorBiases: [true, true],
        predictorBiases: [true, true])
    } else {
      contract.mlp = .init(
        projector: [8, 12, 12, 6], predictor: [6, 12, 6], projectorBiases: [false, false, false],
        predictorBiases: [true, true])
    }
    return Checkpoint(entries: entries, contract: contract)
  }
}

extension NetworkDesign {
  /// A network of two channels and one block a stage, whatever its depth.
  func tiny(seed: UInt64 = 5) throws -> Checkpoint {
    var design = self
    (design.width, design.hidden, design.output) = (1.0 / 32, 6, 4)
    let whole = try Checkpoint.fresh(design, seed: seed)
    var contract = whole.contract
    contract.encoder.blocks = [1, 1, 1, 1]
    var generator = SplitMix64(seed: seed)
    let entries = try whole.entries.compactMap { entry -> Checkpoint.Entry? in
      if entry.path.contains("/block"), !entry.path.contains("/block0/") { return nil }
      // Scales and offsets other than 1 and 0, so that their gradients matter.
      guard entry.path.hasSuffix("/scale") || entry.path.hasSuffix("/offset") else { return entry }
      let numbers = try entry.tensor.floats().map { $0 + Float(generator.nextFraction()) - 0.5 }
      return .init(entry.path, try Tensor(floats: numbers, shape: entry.tensor.shape))
    }
    return Checkpoint(entries: entries, contract: contract)
  }
}
