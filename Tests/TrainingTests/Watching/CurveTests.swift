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
}
