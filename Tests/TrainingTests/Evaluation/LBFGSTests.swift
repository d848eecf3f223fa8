import Glibc
import Testing

@testable import Training

/// The minimiser on functions whose minima are known.
@Suite struct LBFGSTests {
  /// Rosenbrock's valley in many dimensions: its minimum is 0 at (1, ..., 1).
  private func rosenbrock(_ point: [Double], _ gradient: inout [Double]) -> Double {
    var value = 0.0
    for index in gradient.indices { gradient[index] = 0 }
    for index in 0..<point.count - 1 {
      let (a, b) = (1 - point[index], point[index + 1] - point[index] * point[index])
      value += a * a + 100 * b * b
      gradient[index] += -2 * a - 400 * b * point[index]
      gradient[index + 1] += 200 * b
    }
    return value
  }

  @Test(arguments: [2, 10, 50]) func `Rosenbrock's valley is followed to its end`(size: Int) throws
  {
    var search = LBFGS()
    search.tolerance = 1e-9
    let start = (0..<size).map { $0 % 2 == 0 ? -1.2 : 1 }
    let minimum = try search.minimise(from: start, rosenbrock)
    #expect(minimum.hasConverged)
    #expect(minimum.gradient <= 1e-9)
    #expect(minimum.value < 1e-15)
    #expect(largestDifference(minimum.point, [Double](repeating: 1, count: size)) < 1e-7)
    // Steepest descent would take many thousands.
    #expect(minimum.evaluations < 60 + 12 * size)
  }

  @Test func `a badly scaled bowl is no trouble`() throws {
    let scales = (0..<30).map { pow(10, Double($0) / 10) }
    var search = LBFGS()
    search.tolerance = 1e-8
    let minimum = try search.minimise(from: [Double](repeating: 1, count: 30)) { point, gradient in
      for index in point.indices { gradient[index] = 2 * scales[index] * (point[index] - 3) }
      return zip(point, scales).reduce(0) { $0 + $1.1 * ($1.0 - 3) * ($1.0 - 3) }
    }
    #expect(minimum.hasConverged)
    #expect(largestDifference(minimum.point, [Double](repeating: 3, count: 30)) < 1e-7)
  }

  @Test func `a function without a minimum ends, and is not called one`() throws {
    var search = LBFGS()
    search.maximumIterations = 20
    let minimum = try search.minimise(from: [0]) { point, gradient in
      gradient[0] = -1
      return -point[0]
    }
    #expect(!minimum.hasConverged)
    #expect(minimum.value < -1000)
  }

  @Test func `a gradient that is wrong ends the search where it began`() throws {
    let minimum = try LBFGS().minimise(from: [1]) { point, gradient in
      gradient[0] = -2 * point[0]
      return point[0] * point[0]
    }
    #expect(!minimum.hasConverged)
    #expect(minimum.point == [1])
  }

  @Test func `a start without a value is refused`() {
    #expect(throws: (any Error).self) {
      try LBFGS().minimise(from: [1]) { _, _ in .nan }
    }
  }
}
