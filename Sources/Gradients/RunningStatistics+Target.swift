import Checkpoints

/// What programs do to the target's running statistics beside its own forward passes.
extension RunningStatistics {
  /// Takes over those of the other branch, counters included (OpenMMLab's target).
  public mutating func copy(_ other: RunningStatistics) {
    for (path, numbers) in other.values {
      let own = Self.otherBranch(path)
      if values[own]?.count == numbers.count { set(own, numbers) }
    }
  }

  /// share * own + (1 - share) * other, for means and variances (Keras' target).
  public mutating func average(with other: RunningStatistics, keeping share: Double) {
    for (path, numbers) in other.values where path.hasSuffix("/mean") || path.hasSuffix("/variance")
    {
      let own = Self.otherBranch(path)
      guard let old = values[own], old.count == numbers.count else { continue }
      set(own, zip(old, numbers).map { share * $0 + (1 - share) * $1 })
    }
  }

  /// The same tensor of the other branch: `online/encoder/stem/bn/mean` and `target/...`.
  private static func otherBranch(_ path: String) -> String {
    let start = "training/bn/"
    let isTraining = path.hasPrefix(start)
    let rest = isTraining ? path.dropFirst(start.count) : path[...]
    let parts = rest.split(separator: "/", maxSplits: 1)
    guard let branch = parts.first, let name = parts.last, parts.count == 2 else { return path }
    let other: Branch = branch == Branch.online.rawValue ? .target : .online
    return (isTraining ? start : "") + "\(other.rawValue)/\(name)"
  }
}
