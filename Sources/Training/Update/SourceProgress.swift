import Archives
import Checkpoints

extension Updater {
  /// The source's tree, with the counters that its program keeps beside the weights moved on.
  func advancedTree() -> SourceTree? {
    guard let tree = source.tree, updates > 0 else { return source.tree }
    let known = plan.recipe.optimizer?.hyperparameters["steps_per_epoch"] != nil
    return SourceProgress(
      updates: updates, step: nextStep, before: source.recipe.step ?? 0,
      stepsPerEpoch: known ? plan.learningRate.stepsPerEpoch : nil, rates: plan.learningRate
    ).advanced(tree)
  }
}

/// How far a run went since its source was saved, for the counters in the source's own tree.
///
/// Lightning keeps its position in `loops` and that of the schedulers in `lr_schedulers`; the groups of
/// PyTorch's optimisers have the learning rate of the next step. Whatever else a tree holds stays.
struct SourceProgress {
  /// Updates since the source was saved.
  var updates: Int
  /// Updates in all.
  var step: Int
  /// The source's own count of updates.
  var before: Int
  /// Steps in an epoch, where that is known.
  var stepsPerEpoch: Int?
  /// The learning rates.
  var rates: LearningRate

  /// The tree after those updates.
  func advanced(_ tree: SourceTree, at path: [String] = []) -> SourceTree {
    guard case .container(let kind, let entries) = tree else { return tree }
    return .container(
      kind: kind,
      entries.map { entry in
        var entry = entry
        let place = path + [entry.key.description]
        switch entry.value {
        case .leaf(var leaf):
          if let value = value(of: leaf, at: place, beside: entries) { leaf.value = value }
          entry.value = .leaf(leaf)
        case .container(let kind, let list) where place.last == "_last_lr":
          entry.value = .container(kind: kind, lastRates(list, beside: entries))
        case .container: entry.value = advanced(entry.value, at: place)
        }
        return entry
      })
  }

  /// A leaf's new value, or nil where it stays.
  private func value(
    of leaf: SourceLeaf, at path: [String], beside entries: [SourceTree.Entry]
  ) -> String? {
    let name = path.last ?? ""
    switch path.first {
    case "loops" where path.dropFirst().first == "fit_loop": return position(leaf, path, name)
    case "lr_schedulers" where name == "last_epoch" || name == "_step_count":
      guard let last = number(of: "last_epoch", in: entries) else { return nil }
      // A scheduler is stepped every update or every epoch.
      let now = Int(last) == before ? step : epochs ?? Int(last)
      return String(name == "last_epoch" ? now : now + 1)
    default:
      guard path.contains("param_groups"), name == "lr", leaf.kind == "real" else { return nil }
      return number(of: "initial_lr", in: entries).map { String(rates.at(step, peak: $0)) }
    }
  }

  /// A counter of Lightning's training loop.
  private func position(_ leaf: SourceLeaf, _ path: [String], _ name: String) -> String? {
    guard !path.contains(where: { $0.contains("val_loop") || $0.contains("manual") }) else {
      return nil
    }
    if leaf.kind == "bool", name == "is_last_batch", let inEpoch { return String(inEpoch == 0) }
    guard leaf.kind == "integer", let old = leaf.value.flatMap(Int.init) else { return nil }
    if name == "_batches_that_stepped" || path.contains("total"), !isOfEpochs(path) {
      return String(old + updates)
    }
    if isOfEpochs(path) {
      guard let epochs, let inEpoch, ["ready", "started", "processed", "completed"].contains(name)
      else { return nil }
      let begun = inEpoch > 0 && (name == "ready" || name == "started")
      return String(epochs + (begun ? 1 : 0))
    }
    guard path.contains("current"), let inEpoch, let stepsPerEpoch else { return nil }
    return String(inEpoch == 0 ? stepsPerEpoch : inEpoch)
  }

  private func isOfEpochs(_ path: [String]) -> Bool { path.contains("epoch_progress") }

  /// Steps into the epoch that runs; 0 at its end.
  private var inEpoch: Int? { stepsPerEpoch.map { step % max($0, 1) } }
  private var epochs: Int? { stepsPerEpoch.map { step / max($0, 1) } }

  private func lastRates(
    _ list: [SourceTree.Entry], beside entries: [SourceTree.Entry]
  ) -> [SourceTree.Entry] {
    let peaks = entries.first { $0.key.description == "base_lrs" }.map { $0.value.leaves } ?? []
    return list.enumerated().map { index, entry in
      var entry = entry
      if case .leaf(var leaf) = entry.value, leaf.kind == "real", index < peaks.count,
        let peak = peaks[index].leaf.value.flatMap(Double.init)
      {
        leaf.value = String(rates.at(step, peak: peak))
        entry.value = .leaf(leaf)
      }
      return entry
    }
  }

  private func number(of name: String, in entries: [SourceTree.Entry]) -> Double? {
    for entry in entries where entry.key.description == name {
      if case .leaf(let leaf) = entry.value { return leaf.value.flatMap(Double.init) }
    }
    return nil
  }
}
