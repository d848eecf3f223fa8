#if ONEDNN
  import Checkpoints
  import Glibc
  import Tensors

  extension OneDNNPass {
    /// Notes the running statistics of a batch norm after a batch of `count` values a channel.
    ///
    /// The normalisation itself always uses the biased variance; the contract says which of the two
    /// the running variance averages.
    ///
    /// - Throws: `Failure` (`badInput`) where haiku's averages are damaged; (`usage`) where an
    ///   unbiased variance of a single value is asked for.
    func update(_ norm: OneDNNNorm, mean: [Double], variance: [Double], over count: Int) throws {
      var observed = variance
      if model.checkpoint.contract.batchNorm.runningVariance == .unbiased {
        guard count > 1 else {
          throw Failure(.usage, place: norm.path, "one value a channel has no unbiased variance")
        }
        let correction = Double(count) / Double(count - 1)
        observed = variance.map { $0 * correction }
      }
      try average(mean, into: norm.mean, norm.path, "mean")
      try average(observed, into: norm.variance, norm.path, "variance")
    }

    /// Moves one running statistic towards what a batch showed.
    ///
    /// Where the checkpoint has haiku's hidden average and counter, the statistic is the hidden
    /// average without its bias towards zero (`hk.ExponentialMovingAverage`, zero_debias).
    private func average(
      _ observed: [Double], into running: [Double], _ path: String, _ statistic: String
    ) throws {
      let keep = model.checkpoint.contract.batchNorm.keep
      func moved(_ old: [Double]) -> [Double] {
        zip(old, observed).map { keep * $0 + (1 - keep) * $1 }
      }
      let side = "training/bn/\(path)/\(statistic)"
      guard let stored = model.checkpoint["\(side)_hidden"] else {
        statistics["\(path)/\(statistic)"] = moved(running)
        return
      }
      guard stored.shape == [observed.count] else {
        throw Failure(
          place: "\(side)_hidden", expected: "the shape [\(observed.count)]",
          found: "\(stored.shape)")
      }
      let counter = try model.checkpoint.tensor("\(side)_counter")
      guard counter.count == 1, let updates = try counter.integers()?.first, updates >= 0 else {
        throw Failure(
          place: "\(side)_counter", expected: "one integer from 0",
          found: "\(counter.elementType.rawValue) \(counter.shape)")
      }
      let hidden = moved(try stored.doubles())
      let share = 1 - pow(keep, Double(updates) + 1)
      statistics["\(side)_hidden"] = hidden
      statistics["\(side)_counter"] = [Double(updates) + 1]
      statistics["\(path)/\(statistic)"] = hidden.map { $0 / share }
    }
  }
#endif
