/// A measure over steps, in as many points as a picture can show, whatever the number of steps.
///
/// When there are too many, neighbours are joined in pairs: each point then stands for twice as many
/// values, and keeps their least and largest, so that no spike is lost.
struct Curve: Sendable, Equatable {
  /// The points, ascending by step.
  private(set) var points: [Point] = []
  /// How many values a whole point stands for.
  private var span = 1
  private let limit: Int

  /// Some consecutive values.
  struct Point: Sendable, Equatable {
    /// The first and the last step.
    var steps: ClosedRange<Int>
    /// How many values.
    var count = 1
    /// Their mean.
    var mean: Double
    /// The least and the largest.
    var range: ClosedRange<Double>

    /// The middle of the steps.
    var step: Double { (Double(steps.lowerBound) + Double(steps.upperBound)) / 2 }

    fileprivate func joined(_ next: Point) -> Point {
      let both = count + next.count
      return Point(
        steps: steps.lowerBound...max(steps.upperBound, next.steps.upperBound), count: both,
        mean: mean + (next.mean - mean) * (Double(next.count) / Double(both)),
        range: min(
          range.lowerBound, next.range.lowerBound)...max(range.upperBound, next.range.upperBound))
    }
  }

  /// A curve of at most `limit` points, an even number.
  init(limit: Int = 240) { self.limit = limit }

  /// Adds the value of a later step; values that are not finite are left out.
  mutating func add(_ value: Double, step: Int) {
    guard value.isFinite else { return }
    let point = Point(steps: step...step, mean: value, range: value...value)
    if let last = points.last, last.count < span {
      points[points.count - 1] = last.joined(point)
      return
    }
    if points.count == limit {
      points = stride(from: 0, to: limit, by: 2).map { points[$0].joined(points[$0 + 1]) }
      span *= 2
    }
    points.append(point)
  }

  /// The values' range over all points; nil where there is none.
  var range: ClosedRange<Double>? {
    guard let low = points.map(\.range.lowerBound).min(),
      let high = points.map(\.range.upperBound).max()
    else { return nil }
    return low...high
  }
}
