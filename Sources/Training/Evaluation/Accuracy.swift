import Gradients

/// How often a classifier is right, as shares of the pictures.
public struct Accuracy: Codable, Hashable, Sendable {
  /// The right class is the first.
  public var top1: Double
  /// It is among the first five; nil where there are five classes or fewer.
  public var top5: Double?
  /// Pictures judged.
  public var count: Int

  /// Shares of `count` pictures.
  public init(top1: Double, top5: Double?, count: Int) {
    self.top1 = top1
    self.top5 = top5
    self.count = count
  }

  /// The accuracy of scores, [count, classes], the greater the likelier.
  ///
  /// Among equal scores the class with the smaller number comes first; a score that is no number is
  /// behind all others.
  public init(of scores: Rows<Float>, labels: [Int]) {
    precondition(scores.count == labels.count, "\(scores.count) scores, \(labels.count) labels")
    var (first, five) = (0, 0)
    for (row, label) in labels.enumerated() {
      let rank = scores.rank(of: label, in: row)
      if rank == 0 { first += 1 }
      if rank < 5 { five += 1 }
    }
    let share = 1 / Double(max(1, labels.count))
    self.init(
      top1: Double(first) * share, top5: scores.width > 5 ? Double(five) * share : nil,
      count: labels.count)
  }
}

extension Rows where Scalar == Float {
  /// How many columns come before `column` in a row, the greatest first.
  fileprivate func rank(of column: Int, in row: Int) -> Int {
    let own = values[row * width + column]
    guard !own.isNaN else { return width }
    var rank = 0
    for other in 0..<width where other != column {
      let value = values[row * width + other]
      if value > own || (value == own && other < column) { rank += 1 }
    }
    return rank
  }
}
