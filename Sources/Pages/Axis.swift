import Glibc
import Tensors

/// The numbers along a side of a chart.
public struct Axis: Sendable {
  /// The least and the largest number shown; never of length 0.
  public let range: ClosedRange<Double>
  /// Round numbers within the range, ascending, and how they are written.
  public let ticks: [(value: Double, label: String)]

  /// An axis over a range, with at least about `count` ticks.
  public init(_ wanted: ClosedRange<Double>, ticks count: Int) {
    let range = Self.widened(wanted)
    let step = Self.round((range.upperBound - range.lowerBound) / Double(max(count, 1)))
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    let number = Int(min(max(last - first, 0), 50))
    self.range = range
    let decimals = Int(max(0, -floor(log10(step) + 1e-9)))
    let largest = max(range.lowerBound.magnitude, range.upperBound.magnitude)
    ticks = (0...number).map { index in
      let value = (first + Double(index)) * step
      let label =
        decimals > 6 || largest >= 1e7
        ? readable(value, digits: 3) : Numbers.fixed(value, decimals)
      return (value, label)
    }
  }

  /// Where a number is along the axis, 0 to 1 within the range.
  public func place(_ value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// A range of one number, or of numbers that hardly differ, gets some room.
  private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let size = max(range.lowerBound.magnitude, range.upperBound.magnitude)
    guard range.upperBound - range.lowerBound <= size * 1e-9 else { return range }
    let room = size > 0 ? size * 0.05 : 1
    return range.lowerBound - room...range.upperBound + room
  }

  /// 1, 2 or 5 times a power of ten, not above `step`.
  private static func round(_ step: Double) -> Double {
    let power = pow(10, floor(log10(max(step, .leastNormalMagnitude))))
    let factor = [5, 2, 1].first { Double($0) * power <= step * (1 + 1e-9) } ?? 1
    return Double(factor) * power
  }
}

/// A number in so many significant digits, without zeros at its end: 0.9963, 12.5, 3.1e-07.
public func readable(_ value: Double, digits: Int = 5) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  let exponent = Int(floor(log10(value.magnitude)))
  guard (-5..<9).contains(exponent) else {
    return (value < 0 ? "-" : "") + Numbers.error(value.magnitude)
  }
  var text = Numbers.fixed(value, max(0, digits - 1 - exponent))
  guard text.contains(".") else { return text }
  while text.last == "0" { text.removeLast() }
  if text.last == "." { text.removeLast() }
  return text
}
