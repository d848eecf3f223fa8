import Pages
import Testing

@Suite struct AxisTests {
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
