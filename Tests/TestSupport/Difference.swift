/// How far numbers are from a reference: the length of the difference over the reference's length.
public struct Difference: Comparable, CustomStringConvertible, Sendable {
  /// Whose numbers they are.
  public let name: String
  /// The relative distance; infinite where the counts differ or a number is none.
  public let value: Double

  /// The difference of `mine` from `theirs`.
  ///
  /// - Parameter floor: lengths below it count as it, per value, for references of zeros.
  public init(of name: String, _ mine: [Double], _ theirs: [Double], floor: Double = 1e-6) {
    self.name = name
    guard mine.count == theirs.count else {
      value = .infinity
      return
    }
    var (distance, length) = (0.0, 0.0)
    for (left, right) in zip(mine, theirs) {
      distance += (left - right) * (left - right)
      length += right * right
    }
    let least = floor * Double(theirs.count).squareRoot()
    let result = distance.squareRoot() / max(length.squareRoot(), least)
    value = result.isFinite ? result : .infinity
  }

  /// The name and the distance.
  public var description: String { "\(name): \(value)" }

  /// Orders by distance.
  public static func < (left: Difference, right: Difference) -> Bool { left.value < right.value }
}
