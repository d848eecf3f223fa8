import Gradients

extension Updater {
  /// The running statistics of the target become those of the online network, counters included.
  func copyStatistics() {
    for (name, values) in online.statistics.values {
      let own = Self.targetName(name)
      if target.statistics.values[own] != nil { target.statistics.values[own] = values }
    }
  }

  /// target = tau target + (1 - tau) online for running means and variances.
  func averageStatistics(_ tau: Double) {
    for (name, values) in online.statistics.values
    where name.hasSuffix("/mean") || name.hasSuffix("/variance") {
      let own = Self.targetName(name)
      guard let old = target.statistics.values[own], old.count == values.count else { continue }
      target.statistics.values[own] = zip(old, values).map { tau * $0 + (1 - tau) * $1 }
    }
  }

  /// Rounds running statistics to the precision in which they are saved, so that a run goes on from its
  /// file as it would have without.
  func settleStatistics() {
    guard Scalar.self == Float.self else { return }
    for network in [online, target] {
      network.statistics.values = network.statistics.values.mapValues { values in
        values.map { Double(Float($0)) }
      }
    }
  }

  /// `online/...` or `training/bn/online/...` as the target's.
  private static func targetName(_ name: String) -> String {
    let start = "training/bn/online/"
    return name.hasPrefix(start)
      ? "training/bn/target/" + name.dropFirst(start.count)
      : "target/" + name.dropFirst("online/".count)
  }
}
