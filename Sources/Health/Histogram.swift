/// How often values lie where, counted in one pass without knowing their range before.
///
/// Bins lie evenly over -radius to radius; where a value lies beyond, the radius is doubled and
/// neighbouring bins are joined, so that no value is looked at twice.
struct GrowingHistogram {
  private static let half = 2048
  private var counts: [Int] = []
  /// A power of two, or 0 before the first value that is not zero.
  private var radius = 0.0
  private var zeros = 0

  /// Takes values in; those that are not finite are left out.
  ///
  /// - Parameter largest: of the values' magnitudes.
  mutating func add(_ values: UnsafeBufferPointer<Double>, largest: Double) {
    guard largest > 0 else {
      unsafe zeros += values.count { $0 == 0 }
      return
    }
    grow(to: largest)
    let scale = Double(Self.half) / radius
    let (radius, isHuge) = (radius, !scale.isNormal)
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      for index in values.indices {
        let value = unsafe values[index]
        guard value.isFinite else { continue }
        let place = isHuge ? value / radius * Double(Self.half) : value * scale
        // A value equal to the radius belongs to the last bin.
        let bin = min(Int(place.rounded(.down)) + Self.half, 2 * Self.half - 1)
        unsafe counts[max(bin, 0)] += 1
      }
    }
  }

  private mutating func grow(to value: Double) {
    let needed = min(value.binade, .greatestFiniteMagnitude / 2) * 2
    if radius == 0 {
      radius = needed
      counts = [Int](repeating: 0, count: 2 * Self.half)
    }
    while radius < needed {
      radius *= 2
      var joined = [Int](repeating: 0, count: 2 * Self.half)
      for (bin, count) in counts.enumerated() { joined[(bin + Self.half) / 2] += count }
      counts = joined
    }
  }

  /// The histogram over a range in so many bins of equal width; what lies outside is in the first and
  /// last bin.
  func rebinned(_ range: ClosedRange<Double>, bins: Int) -> Histogram {
    var result = [Double](repeating: 0, count: max(bins, 1))
    let width = (range.upperBound - range.lowerBound) / Double(result.count)
    func place(_ value: Double) -> Double {
      guard width > 0 else { return Double(result.count) / 2 }
      return min(max((value - range.lowerBound) / width, 0), Double(result.count))
    }
    let step = radius / Double(Self.half)
    for (bin, count) in counts.enumerated() where count > 0 {
      // A bin that lies across two is shared between them.
      let low = place(Double(bin - Self.half) * step)
      let high = place(Double(bin - Self.half + 1) * step)
      var at = min(Int(low), result.count - 1)
      if Int(high) <= at || high - low < 1e-9 {
        result[at] += Double(count)
        continue
      }
      var from = low
      while from < high, at < result.count {
        let to = min(high, Double(at + 1))
        result[at] += Double(count) * (to - from) / (high - low)
        from = to
        at += 1
      }
    }
    result[min(Int(place(0)), result.count - 1)] += Double(zeros)
    return Histogram(
      low: range.lowerBound, high: range.upperBound, counts: result.map { Int($0.rounded()) })
  }
}

/// How often values lie where.
public struct Histogram: Codable, Hashable, Sendable {
  /// Where the first bin begins; values below it are in it.
  public var low: Double
  /// Where the last bin ends; values above it are in it.
  public var high: Double
  /// Values in each bin, of equal widths.
  public var counts: [Int]
}
