import Checkpoints
import Gradients
import Tensors

extension Updater {
  /// Everything that is needed to go on from here.
  ///
  /// Parameters and the optimiser's state have the type in which they are computed, so that nothing is
  /// lost; what training does not touch stays as the source has it. `step` counts the updates done.
  public func checkpoint() throws -> Checkpoint {
    var entries = source.entries.filter { !isReplaced($0.path) }
    for network in [online, target] {
      for parameter in network.parameters {
        entries.append(
          Checkpoint.Entry(
            parameter.path, try Tensor(numbers: parameter.values, shape: parameter.shape)))
      }
      entries += try statistics(of: network)
    }
    entries += try optimiser.entries()
    if plan.tau.countsTargetUpdates {
      entries.append(
        Checkpoint.Entry(
          "training/target/steps", try Self.counter(targetUpdates, like: "training/target/steps", source)))
    }
    var provenance = source.provenance
    provenance.origins = provenance.origins.filter { !$0.key.hasPrefix("recipe.") }
    provenance.origins.merge(plan.origins) { $1 }
    for field in ["recipe.step", "recipe.step_counts", "recipe.optimizer.last_lr"] {
      provenance.origins[field] = .file
    }
    return Checkpoint(
      entries: entries, contract: source.contract, recipe: recipe, provenance: provenance,
      tree: advancedTree(), extras: source.extras)
  }

  /// The recipe after the last update.
  private var recipe: Recipe {
    var recipe = plan.recipe
    recipe.step = nextStep
    // A step index that is run again belongs to an interruption of the source's program, not to ours.
    recipe.stepCounts = "next"
    if let epochs { recipe.epoch = epochs }
    recipe.optimizer?.lastLR = lastLearningRate
    if recipe.optimizer?.hyperparameters["lr"] != nil, let lastLearningRate {
      recipe.optimizer?.hyperparameters["lr"] = lastLearningRate
    }
    return recipe
  }

  /// Whole epochs done, where the length of one is known.
  var epochs: Int? {
    guard plan.recipe.optimizer?.hyperparameters["steps_per_epoch"] != nil else {
      return plan.recipe.epoch
    }
    return nextStep / max(plan.learningRate.stepsPerEpoch, 1)
  }

  /// Whether `checkpoint()` has its own tensor of that name.
  private func isReplaced(_ path: String) -> Bool {
    if online[path] != nil || target[path] != nil { return true }
    if online.statistics.values[path] != nil || target.statistics.values[path] != nil { return true }
    return path.hasPrefix("optimizer/")
      || (path == "training/target/steps" && plan.tau.countsTargetUpdates)
  }

  /// Running statistics as float32 or float64, counters in the source's own types.
  private func statistics(of network: Network<Arithmetic>) throws -> [Checkpoint.Entry] {
    try network.statistics.values.map { path, values in
      let old = source[path]
      if let old, !old.elementType.isFloatingPoint {
        let count = values.first ?? 0
        return Checkpoint.Entry(
          path, try Self.counter(Int(exactly: count.rounded()) ?? 0, like: path, source))
      }
      let shape = old?.shape ?? [values.count]
      return Checkpoint.Entry(
        path,
        Scalar.self == Double.self
          ? try Tensor(doubles: values, shape: shape)
          : try Tensor(floats: values.map { Float($0) }, shape: shape))
    }
  }

  /// A count in the integer type that the source has for it; int64 where it has none.
  private static func counter(_ value: Int, like path: String, _ source: Checkpoint) throws -> Tensor {
    let old = source[path]
    let type = old?.elementType ?? .int64
    guard !type.isFloatingPoint else { return try Tensor(floats: [Float(value)], shape: []) }
    let bytes = withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) }
    return try Tensor(type, shape: old?.shape ?? [], bytes: Array(bytes.prefix(type.byteCount)))
  }
}
