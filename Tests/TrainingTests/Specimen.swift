import Archives
import Checkpoints
import Foundation
import Gradients
import Tensors
import TestSupport

@testable import Training

/// Genuine checkpoints, and views to train them on.
enum Specimen {
  /// Files of `fixtures/dialects` that training goes on from.
  static let trainable = [
    "bolts_tiny.ckpt", "lightly_bench_tiny.ckpt", "lightly_example_tiny.pth", "lucidrains_v082.pt",
    "lucidrains_v082.resume.pt", "mmselfsup1_tiny.pth", "mmselfsup1_tiny.published.pth",
    "passl_tiny.pdparams", "solo_tiny.ckpt", "sthalles_resnet18_tiny.pth", "yaox12_tiny.pth.tar",
    "yaox12_tiny.ddp.pth.tar", "../deepmind/tiny_haiku_byol.npz",
    "../deepmind/tiny_haiku_byol_v2.npz",
  ]

  /// The checkpoint of a file of `fixtures/dialects`.
  static func checkpoint(_ name: String) throws -> Checkpoint {
    try Loaded(Shared.path("fixtures/dialects/" + name)).checkpoint
  }

  /// The recipe that a dialect's file implies; one that says nothing where it implies none.
  static func recipe(of dialect: String) throws -> Recipe {
    let path = Shared.inPackage("schemas/dialects/\(dialect).json")
    struct Part: Decodable { var recipe: Recipe? }
    let data = try Data(contentsOf: URL(filePath: path))
    return try JSONDecoder().decode(Part.self, from: data).recipe ?? Recipe()
  }

  /// Two views of `count` random pictures of 32 x 32, the same for the same seed.
  static func views(seed: UInt64, count: Int = 4, labels: [Int] = []) -> Views {
    var generator = SplitMix64(seed: seed)
    let batches = (0..<2).map { _ in
      Batch(
        shape: [count, 3, 32, 32],
        values: (0..<count * 3 * 32 * 32).map { _ in Float(2 * generator.nextFraction() - 1) })
    }
    return Views(first: batches[0], second: batches[1], labels: labels)
  }

  /// The same checkpoint with another tensor.
  static func replacing(
    _ path: String, in checkpoint: Checkpoint, _ change: (inout [Float]) -> Void
  ) throws -> Checkpoint {
    let entries = try checkpoint.entries.map { entry in
      guard entry.path == path else { return entry }
      var values = try entry.tensor.floats()
      change(&values)
      return Checkpoint.Entry(path, try Tensor(floats: values, shape: entry.tensor.shape))
    }
    return Checkpoint(
      entries: entries, contract: checkpoint.contract, recipe: checkpoint.recipe,
      provenance: checkpoint.provenance, tree: checkpoint.tree, extras: checkpoint.extras)
  }
}
