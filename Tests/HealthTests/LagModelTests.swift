import Health
import Tensors
import Testing

@Suite struct LagModelTests {
  /// A run of many independent parameters: momentum over random gradients, and a target behind it.
  private static func simulated(
    steps: Int, rate: (Int) -> Double, tau: (Int) -> Double, beta: Double, after: Bool
  ) -> Double {
    let count = 4000
    var generator = SplitMix64(seed: 7)
    var m = [Double](repeating: 0, count: count)
    var d = [Double](repeating: 0, count: count)
    // Momentum has its lasting length before the first update counts.
    for step in -60..<steps {
      for index in 0..<count {
        m[index] = beta * m[index] + generator.nextUnit()
        guard step >= 0 else { continue }
        let update = rate(step) * m[index]
        d[index] = after ? tau(step) * (d[index] + update) : tau(step) * d[index] + update
      }
    }
    func norm(_ values: [Double]) -> Double {
      values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    return norm(d) / norm(m)
  }

  @Test(arguments: [(0.9, true), (0.9, false), (0, true)])
  func theDistanceIsThatOfASimulatedRun(beta: Double, after: Bool) throws {
    let rate = { (step: Int) -> Double in 0.1 * (1 - Double(step) / 400) }
    let tau = { (step: Int) -> Double in 1 - 0.03 * (1 - Double(step) / 400) }
    let model = LagModel(
      steps: 300, learningRate: rate, tau: tau, momentum: beta, averagesAfterUpdate: after)
    let seen = Self.simulated(steps: 300, rate: rate, tau: tau, beta: beta, after: after)
    let expected = try #require(model.expectedRatio)
    #expect((seen / expected - 1).magnitude < 0.05, "\(seen) \(expected)")
  }

  @Test(arguments: [0.9, 0.99, 0.996, 0.9995])
  func tauIsFoundAgain(_ tau: Double) throws {
    let model = LagModel(
      steps: 20_000, learningRate: { _ in 0.2 }, tau: { _ in tau }, momentum: 0.9)
    let ratio = try #require(model.expectedRatio)
    let found = try #require(model.impliedTau(ratio: ratio))
    // Between the table's values the logarithm is taken for straight.
    #expect(((1 - found) / (1 - tau) - 1).magnitude < 0.02)
    #expect(try #require(model.impliedTau(ratio: 2 * ratio)) > tau)
    #expect(try #require(model.impliedTau(ratio: ratio / 2)) < tau)
  }

  /// The mean age of a moving average is tau / (1 - tau) steps after many, and less after few.
  @Test func agesAreThoseOfTheAverage() {
    let long = LagModel(
      steps: 50_000, learningRate: { _ in 1 }, tau: { _ in 0.996 }, momentum: 0.9)
    #expect((long.recipeAge - 249).magnitude < 1e-6)
    #expect((long.age(tau: 0.99) - 99).magnitude < 1e-6)
    let short = LagModel(steps: 3, learningRate: { _ in 1 }, tau: { _ in 1 }, momentum: 0)
    #expect(short.recipeAge == 3)
  }

  @Test func whatCannotBeToldIsNot() {
    let none = LagModel(steps: 0, learningRate: { _ in 1 }, tau: { _ in 0.9 }, momentum: 0.9)
    #expect(none.expectedRatio == nil && none.impliedTau(ratio: 1) == nil)
    let still = LagModel(steps: 9, learningRate: { _ in 0 }, tau: { _ in 0.9 }, momentum: 0.9)
    #expect(still.expectedRatio == nil && still.impliedTau(ratio: 1) == nil)
    let run = LagModel(steps: 100, learningRate: { _ in 1 }, tau: { _ in 0.9 }, momentum: 0)
    for ratio in [0, -1, .nan, .infinity, 1e9, 1e-9] {
      #expect(run.impliedTau(ratio: ratio) == nil)
    }
  }
}
