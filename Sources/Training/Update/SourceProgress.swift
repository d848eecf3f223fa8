import Checkpoints

extension Updater {
  /// The source's tree, with the counters that its program keeps beside the weights moved on.
  ///
  /// Lightning counts steps in `loops` and its schedulers in `lr_schedulers`; groups of an optimiser have
  /// the last learning rate. Whatever else the tree holds stays.
  func advancedTree() -> SourceTree? {
    guard let tree = source.tree, updates > 0 else { return source.tree }
    return tree.advanced(
      at: "", SourceProgress(updates: updates, step: nextStep, epoch: epochs, rate: { scale in
        self.lastLearningRate.map { $0 * scale }
      }, peak: plan.learningRate.peak))
  }
}

/// How far a run went since its source was saved.
struct SourceProgress {
  /// Updates since then.
  var updates: Int
  /// Updates in all.
  var step: Int
  /// Whole epochs in all.
  var epoch: Int?
  /// The last learning rate of a group whose largest one is so many times the others'.
  var rate: (Double) -> Double?
  /// The largest learning rate.
  var peak: Double
}
