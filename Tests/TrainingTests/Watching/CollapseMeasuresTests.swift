import Gradients
import Testing

@testable import Training

@Suite struct CollapseMeasuresTests {
  /// Sixty-fourths, which float32 has exactly.
  private static func rows(_ count: Int, _ width: Int, plus shift: Float = 0) -> Rows<Float> {
    let values = (0..<count * width).map { index in
      let number = (index * index * 31 + index * 17) % 101 - 50
      return Float(number) / 64 + shift
    }
    return Rows(count: count, width: width, values: values)
  }

  private static func isClose(_ found: Double?, _ expected: Double) -> Bool {
    found.map { ($0 - expected).magnitude < 1e-12 * max(expected, 1) } ?? false
  }

  /// Numbers of NumPy 2.4.6: `std(0).mean()` of the normalised rows; exp of the entropy of
  /// `linalg.svd`'s values of the centred ones, in float64.
  @Test(arguments: [
    (6, 4, 0 as Float, 0.4493967965626807, 3.47675009310565),
    (5, 16, 0, 0.21765033876671724, 3.7434369496445052),
    (40, 24, 0, 0.2015699595652518, 21.61193244751595),
    (24, 40, 3, 0.024420118124108145, 20.97784072752794),
  ])
  func numbersAreNumPys(count: Int, width: Int, shift: Float, deviation: Double, rank: Double) {
    let rows = Self.rows(count, width, plus: shift)
    #expect(Self.isClose(CollapseMeasures.featureDeviation(of: rows), deviation))
    #expect(Self.isClose(CollapseMeasures.effectiveRank(of: rows), rank))
  }

  /// Three directions among twenty dimensions, with float32's rounding errors in the other seventeen.
  @Test func roundingErrorsAreNoDirections() {
    let (left, right) = (Self.rows(30, 3), Self.rows(3, 20))
    let values = (0..<600).map { index in
      let (row, column) = (index / 20, index % 20)
      return (0..<3).reduce(Float(0)) { sum, inner in
        sum + left.values[row * 3 + inner] * right.values[inner * 20 + column]
      }
    }
    let rows = Rows(count: 30, width: 20, values: values)
    #expect(Self.isClose(CollapseMeasures.effectiveRank(of: rows), 2.9718236190615155))
  }

  @Test func collapseIsZero() {
    let one = Self.rows(1, 32).values
    // The same direction, at lengths that float32 cannot have exactly.
    let values = (1...8).flatMap { row in
      let length = 1 + Float(row) * 1e-7
      return one.map { $0 * length }
    }
    let rows = Rows(count: 8, width: 32, values: values)
    #expect(CollapseMeasures.featureDeviation(of: rows) < 1e-7)
    #expect(CollapseMeasures.effectiveRank(of: rows) == 0)
  }

  /// Every direction and its opposite: nothing is spread more evenly.
  @Test func healthIsOneOverTheRootOfTheWidth() {
    let values: [Double] = (0..<32).flatMap { row in
      (0..<16).map { $0 == row / 2 ? (row % 2 == 0 ? 2 : -2) : 0 }
    }
    let rows = Rows(count: 32, width: 16, values: values)
    let healthy = CollapseMeasures.healthyDeviation(width: 16)
    #expect(healthy == 0.25)
    #expect(Self.isClose(CollapseMeasures.featureDeviation(of: rows), healthy))
    #expect(Self.isClose(CollapseMeasures.effectiveRank(of: rows), 16))
  }

  @Test func degenerateBatches() {
    let none = Rows<Float>(count: 0, width: 4, values: [])
    #expect(CollapseMeasures.featureDeviation(of: none) == 0)
    #expect(CollapseMeasures.effectiveRank(of: none) == 0)
    #expect(CollapseMeasures.effectiveRank(of: Self.rows(1, 4)) == 0)
    #expect(CollapseMeasures.featureDeviation(of: Self.rows(1, 4)) == 0)
    let zeros = Rows<Float>(count: 3, width: 4, values: Array(repeating: 0, count: 12))
    #expect(CollapseMeasures.featureDeviation(of: zeros) == 0)
    #expect(CollapseMeasures.effectiveRank(of: zeros) == 0)
    for bad in [Float.nan, .infinity] {
      var rows = Self.rows(3, 4)
      rows.values[5] = bad
      #expect(CollapseMeasures.effectiveRank(of: rows) == nil)
    }
  }

  @Test func aLargeBatchIsCutAtTheLimit() {
    let limit = CollapseMeasures.rowLimit
    let (large, cut) = (Self.rows(limit + 40, 8), Self.rows(limit, 8))
    #expect(
      CollapseMeasures.effectiveRank(of: large) == CollapseMeasures.effectiveRank(of: cut))
  }
}
