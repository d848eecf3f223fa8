import Spectra
import Tensors

/// Judges by the latest steps whether embeddings have collapsed.
///
/// One step says little: the median of the last `window` values is compared with the limits of `Collapse`.
struct CollapseWatch: Sendable {
  /// How many values are looked at.
  static let window = 9
  private var deviations: [Double] = []
  private var ranks: [Double] = []

  /// Takes a step in.
  mutating func add(_ sample: Sample) {
    if let value = sample.featureDeviation { Self.push(value, on: &deviations) }
    if let value = sample.effectiveRank { Self.push(value, on: &ranks) }
  }

  /// A sentence where they have collapsed, by the first measure that says so.
  ///
  /// - Parameter width: of the embedding; where it is unknown, the deviation is not judged.
  func warning(width: Int?) -> String? {
    if let width, let deviation = Self.median(deviations) {
      let healthy = CollapseMeasures.healthyDeviation(width: width)
      if deviation < Collapse.leastDeviation * healthy {
        return "The network has collapsed: the feature standard deviation is "
          + "\(Numbers.error(deviation)), of at most \(Numbers.error(healthy))."
      }
    }
    if let rank = Self.median(ranks), rank < Collapse.leastRank {
      return "The network has collapsed: the effective rank of the embeddings is "
        + "\(Numbers.fixed(rank, 2))."
    }
    return nil
  }

  private static func push(_ value: Double, on values: inout [Double]) {
    values.append(value)
    if values.count > window { values.removeFirst() }
  }

  private static func median(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }
}
