import Testing

@testable import Training

@Suite struct CurveTests {
  @Test func fewValuesStayAsTheyAre() {
    var curve = Curve(limit: 8)
    for step in 0..<8 { curve.add(Double(step * step), step: step * 10) }
    #expect(curve.points.map(\.mean) == [0, 1, 4, 9, 16, 25, 36, 49])
    #expect(curve.points.map(\.step) == [0, 10, 20, 30, 40, 50, 60, 70])
  }

  @Test func manyValuesAreJoinedAndNoSpikeIsLost() {
    var curve = Curve(limit: 8)
    for step in 0..<1000 { curve.add(step == 613 ? 99 : Double(step % 2), step: step) }
    #expect((5...8).contains(curve.points.count))
    #expect(curve.points.map(\.count).reduce(0, +) == 1000)
    #expect(Set(curve.points.dropLast().map(\.count)) == [128])
    #expect(curve.range == 0...99)
    #expect(curve.points.first?.mean == 0.5)
    let spike = curve.points.first { $0.steps.contains(613) }
    #expect(spike?.range.upperBound == 99)
    // Of 128 values 63 are 1 and one, which would be 1 too, is 99.
    #expect(spike.map { ($0.mean - 162.0 / 128).magnitude < 1e-12 } == true)
    // The points follow one another without a gap.
    for (one, next) in zip(curve.points, curve.points.dropFirst()) {
      #expect(one.steps.upperBound + 1 == next.steps.lowerBound)
    }
  }

  @Test func meansAreMeans() {
    var curve = Curve(limit: 4)
    let values = (0..<37).map { Double($0 * 7 % 11) }
    for (step, value) in values.enumerated() { curve.add(value, step: step) }
    for point in curve.points {
      let part = values[point.steps]
      #expect((point.mean - part.reduce(0, +) / Double(part.count)).magnitude < 1e-12)
    }
  }

  @Test func whatIsNotFiniteIsLeftOut() {
    var curve = Curve()
    for (step, value) in [1, .nan, .infinity, 2].enumerated() { curve.add(value, step: step) }
    #expect(curve.points.map(\.mean) == [1, 2])
    #expect(Curve().range == nil)
  }

  @Test(arguments: [
    (0.0...4.35, ["0", "1", "2", "3", "4"]),
    (0.996...0.9997, ["0.996", "0.997", "0.998", "0.999"]),
    (0...0.0884, ["0.00", "0.02", "0.04", "0.06", "0.08"]),
    (-1...1, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
    (3...3, ["2.85", "2.90", "2.95", "3.00", "3.05", "3.10", "3.15"]),
    (0...0, ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
    (0...3e-8, ["0", "1.0e-08", "2.0e-08", "3.0e-08"]),
    (0...2e9, ["0", "500000000", "1.0e+09", "1.5e+09", "2.0e+09"]),
  ])
  func axesHaveRoundNumbers(range: ClosedRange<Double>, labels: [String]) {
    let axis = Axis(range, ticks: 3)
    #expect(axis.ticks.map(\.label) == labels)
    #expect(axis.ticks.allSatisfy { (-1e-9...1 + 1e-9).contains(axis.place($0.value)) })
  }

  @Test(arguments: [
    (0.996341, "0.99634"), (12.5, "12.5"), (0, "0"), (-0.25, "-0.25"), (123456, "123456"),
    (3.14e-7, "3.1e-07"), (1e12, "1.0e+12"), (0.999999999, "1"), (.nan, "nan"),
  ])
  func numbersAreReadable(value: Double, text: String) {
    #expect(readable(value) == text)
  }
}
