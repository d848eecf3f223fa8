import Glibc

extension SplitMix64 {
  /// The next number of [-1, 1).
  public mutating func nextUnit() -> Double { 2 * nextFraction() - 1 }

  /// The next number of the standard normal distribution within `bound` deviations, by rejection: the
  /// number itself is exact, so that every machine makes the same one.
  public mutating func nextNormal(within bound: Double) -> Double {
    while true {
      let value = bound * nextUnit()
      if nextFraction() < exp(-value * value / 2) { return value }
    }
  }
}
