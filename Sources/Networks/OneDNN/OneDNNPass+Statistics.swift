#if ONEDNN
  import Checkpoints
  import Glibc
  import Tensors

  extension OneDNNPass {
    /// Notes the running statistics of a batch norm after a batch with `count` values a channel.
    ///
    /// The normalisation itself always uses the biased variance; the contract says which of the two
    /// the running variance averages.
    ///
    /// - Throws: `Failure` (`badInput`) where averages are damaged, or the unbiased variance of a
    ///   single value is wanted.
    func note(_ batch: OneDNNNorm.Moments, of count: Int, _ path: String) throws {
      var variance = batch.variance
      if model.checkpoint.contract.batchNorm.runningVariance == .unbiased {
        guard count > 1 else {
          throw Failure(
            .badInput, place: path, "one value a channel has no unbiased variance to average")
        }
        let correction = Double(count) / Double(count - 1)
        variance = variance.map { $0 * correction }
      }
      try average(batch.mean, path, "mean")
      try average(variance, path, "variance")
    }

    /// Moves one running statistic, where the checkpoint has it, towards what a batch showed.
    ///
    /// Where the checkpoint has haiku's hidden average and counter, the statistic is the hidden
    /// average without its bias towards zero (`hk.ExponentialMovingAverage`, zero_debias).
    private func average(_ observed: [Double], _ path: String, _ statistic: String) throws {
      let checkpoint = model.checkpoint
      let keep = checkpoint.contract.batchNorm.keep
      func moved(_ name: String) throws -> [Double] {
        let old = try checkpoint.vector(name, count: observed.count)
        return zip(old, observed).map { keep * $0 + (1 - keep) * $1 }
      }
      let running = "\(path)/\(statistic)"
      let side = "training/bn/\(running)"
      guard checkpoint["\(side)_hidden"] != nil else {
        if checkpoint[running] != nil { statistics[running] = try moved(running) }
        return
      }
      let counter = try checkpoint.tensor("\(side)_counter")
      guard counter.count == 1, let updates = try counter.integers()?.first, updates >= 0 else {
        throw Failure(
          place: "\(side)_counter", expected: "one integer from 0",
          found: "\(counter.elementType.rawValue) \(counter.shape)")
      }
      let hidden = try moved("\(side)_hidden")
      let count = Double(updates) + 1
      statistics["\(side)_hidden"] = hidden
      statistics["\(side)_counter"] = [count]
      statistics[running] = hidden.map { $0 / (1 - pow(keep, count)) }
    }
  }
#endif
