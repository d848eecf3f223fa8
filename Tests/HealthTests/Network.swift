import Checkpoints
import Health
import Tensors
import TestSupport

/// The sample, a tiny network of DeepMind's program, with something changed.
enum Network {
  /// As it is: healthy, after as many steps as are asked for.
  static func healthy(step: Int? = 5000) throws -> Checkpoint {
    var checkpoint = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    checkpoint.recipe.step = step
    // A target that follows: nine tenths of the way.
    return try checkpoint.changing("target/") { path, values in
      guard path.hasSuffix("/weight") || path.hasSuffix("/scale") else { return }
      let online = try checkpoint.tensor("online/" + path.dropFirst("target/".count)).floats()
      for index in values.indices { values[index] = 0.1 * values[index] + 0.9 * online[index] }
    }
  }

  /// The findings about a checkpoint.
  static func findings(_ checkpoint: Checkpoint, lag: Double? = nil) throws -> [Finding] {
    let pass = try WeightsPass(checkpoint)
    return WeightFindings(checkpoint, pass, step: checkpoint.recipe.step, lag: lag).all
  }
}

extension Checkpoint {
  /// The same with other values in the tensors whose names begin so, or end so where that is said with a
  /// slash: `/mean`.
  func changing(
    _ name: String, _ change: (String, inout [Float]) throws -> Void
  ) throws -> Checkpoint {
    let entries = try entries.map { entry -> Entry in
      guard entry.tensor.elementType == .float32,
        name.hasPrefix("/") ? entry.path.hasSuffix(name) : entry.path.hasPrefix(name)
      else { return entry }
      var values = try entry.tensor.floats()
      try change(entry.path, &values)
      return Entry(entry.path, try Tensor(floats: values, shape: entry.tensor.shape))
    }
    return Checkpoint(
      entries: entries, contract: contract, recipe: recipe, provenance: provenance, extras: extras)
  }

  /// The same with every value of those tensors replaced.
  func setting(_ name: String, to value: Float) throws -> Checkpoint {
    try changing(name) { _, values in values = values.map { _ in value } }
  }
}
