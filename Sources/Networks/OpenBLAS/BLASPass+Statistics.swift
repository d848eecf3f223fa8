import Checkpoints
import Glibc
import Tensors

extension BLASPass {
  /// Notes the running statistics after a batch of these moments, as the checkpoint keeps them.
  ///
  /// Plain averages: running' = keep running + (1 - keep) v. Haiku's averages start at zero and
  /// are corrected for it: hidden' = keep hidden + (1 - keep) v, average = hidden' / (1 - keep^n),
  /// n counting the updates. A checkpoint without running statistics gets none.
  ///
  /// - Parameter samples: values per channel that the moments are of.
  /// - Throws: `Failure` (`badInput`) where a tensor does not fit, or the variance of one sample
  ///   should be unbiased.
  mutating func note(
    _ mean: [Double], _ variance: [Double], of samples: Int, _ path: String
  ) throws {
    var variance = variance
    if checkpoint.contract.batchNorm.runningVariance == .unbiased {
      guard samples > 1 else {
        throw Failure(
          .badInput, place: path,
          "a batch with one value per channel has no unbiased variance to average")
      }
      variance = variance.map { $0 * Double(samples) / Double(samples - 1) }
    }
    try note(mean, as: "mean", path)
    try note(variance, as: "variance", path)
  }

  private mutating func note(_ batch: [Double], as name: String, _ path: String) throws {
    let keep = checkpoint.contract.batchNorm.keep
    func mix(_ running: [Double]) -> [Double] {
      zip(running, batch).map { keep * $0 + (1 - keep) * $1 }
    }
    let hiddenPath = "training/bn/\(path)/\(name)_hidden"
    let counterPath = "training/bn/\(path)/\(name)_counter"
    if checkpoint[hiddenPath] != nil {
      let hidden = mix(try vector(hiddenPath, count: batch.count))
      let counter = try count(counterPath) + 1
      let correction = 1 - pow(keep, counter)
      statistics[hiddenPath] = hidden
      statistics[counterPath] = [counter]
      statistics["\(path)/\(name)"] = hidden.map { $0 / correction }
    } else if let running = try vectorIfPresent("\(path)/\(name)", count: batch.count) {
      statistics["\(path)/\(name)"] = mix(running)
    }
  }

  /// A number of updates: one integer, not negative.
  private func count(_ path: String) throws -> Double {
    let tensor = try checkpoint.tensor(path)
    guard tensor.count == 1, let value = try tensor.integers()?.first, value >= 0 else {
      throw Failure(
        place: path, expected: "one integer that counts updates",
        found: "\(tensor.elementType.rawValue) \(tensor.shape)")
    }
    return Double(value)
  }
}
