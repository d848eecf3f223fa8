import Checkpoints
import Gradients
import Tensors

extension Updater {
  /// Everything that is needed to go on from here.
  ///
  /// Tensors have the wider of the source's type and the type computed in, so that nothing is lost; what
  /// training does not touch stays as the source has it. `step` counts the updates done.
  ///
  /// - Throws: `Failure` where a tensor cannot be made.
  public func checkpoint() throws -> Checkpoint {
    var entries = try online.entries() + target.entries() + optimiserEntries()
    if plan.tau.countsTargetUpdates { entries.append(try targetSteps()) }
    let own = Set(entries.map(\.path))
    entries += source.entries.filter {
      !own.contains($0.path)
        && (!$0.path.hasPrefix("optimizer/") || (updates == 0 && plan.keepsState))
    }
    var provenance = source.provenance
    provenance.origins = provenance.origins.filter { !$0.key.hasPrefix("recipe.") }
    provenance.origins.merge(plan.origins) { $1 }
    for field in ["step", "step_counts", "optimizer.last_lr"] {
      provenance.origins["recipe." + field] = .file
    }
    return Checkpoint(
      entries: entries, contract: source.contract, recipe: recipe, provenance: provenance,
      tree: advancedTree(), extras: source.extras)
  }

  /// The optimiser's state; of parameters that never moved only what the source had.
  private func optimiserEntries() throws -> [Checkpoint.Entry] {
    try optimiser.entries().filter { entry in
      guard source[entry.path] == nil, let classifier else { return true }
      let isHead =
        entry.path.hasSuffix(classifier.weight.path)
        || classifier.bias.map { entry.path.hasSuffix($0.path) } ?? false
      return !isHead || classifierUpdates > 0
    }
  }

  /// The recipe after the last update.
  private var recipe: Recipe {
    var recipe = plan.recipe
    recipe.step = nextStep
    // A step index that is run again belongs to an interruption of the source's program, not to ours.
    recipe.stepCounts = "next"
    // Nor is tau forgotten by ours.
    if updates > 0, recipe.tau?.kind == Tau.Kind.cosineFromBase.rawValue {
      recipe.tau?.kind = Tau.Kind.cosine.rawValue
    }
    if let epochs { recipe.epoch = epochs }
    recipe.optimizer?.lastLR = lastLearningRate
    if recipe.optimizer?.hyperparameters["lr"] != nil, let lastLearningRate {
      recipe.optimizer?.hyperparameters["lr"] = lastLearningRate
    }
    return recipe
  }

  /// Whole epochs done, where the length of one is known; the source's own count otherwise.
  var epochs: Int? {
    guard plan.recipe.optimizer?.hyperparameters["steps_per_epoch"] != nil else {
      return plan.recipe.epoch
    }
    return nextStep / max(plan.learningRate.stepsPerEpoch, 1)
  }

  /// The count of the target's updates, in the source's own integer type.
  private func targetSteps() throws -> Checkpoint.Entry {
    let path = "training/target/steps"
    let old = source[path]
    let type = old?.elementType ?? .int64
    let bytes = Int64(targetUpdates).littleEndianBytes
    return Checkpoint.Entry(
      path,
      try Tensor(type, shape: old?.shape ?? [], bytes: Array(bytes.prefix(type.byteCount))))
  }
}

extension Checkpoint {
  /// The same without the state of its optimiser.
  var withoutOptimiser: Checkpoint {
    Checkpoint(
      entries: entries.filter { !$0.path.hasPrefix("optimizer/") }, contract: contract,
      recipe: recipe, provenance: provenance, tree: tree, extras: extras)
  }
}
