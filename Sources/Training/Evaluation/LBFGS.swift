import COpenBLAS
import Tensors

/// Limited-memory BFGS: minimises a smooth function of many variables from its gradients.
///
/// The two-loop recursion of Nocedal (1980) gives the direction, `WolfeSearch` the step; the first
/// matrix is scaled as Liu and Nocedal (1989) do. Everything is float64.
public struct LBFGS: Sendable {
  /// Pairs of steps and gradient changes that are remembered.
  public var memory = 10
  /// Directions tried at most.
  public var maximumIterations = 1000
  /// The largest component of the gradient at which a point is a minimum.
  public var tolerance = 1e-5

  /// The usual settings.
  public init() {}

  /// A function's value at a point, and its gradient there.
  public typealias Objective = (_ point: [Double], _ gradient: inout [Double]) throws -> Double

  /// Where the search ended.
  public struct Minimum: Sendable {
    /// The point.
    public var point: [Double]
    /// The function's value there.
    public var value: Double
    /// The largest component of the gradient there.
    public var gradient: Double
    /// Directions tried.
    public var iterations: Int
    /// Times the function was computed.
    public var evaluations: Int
    /// Whether the gradient is within the tolerance; otherwise the iterations were too few, or
    /// rounding let nothing smaller be found.
    public var hasConverged: Bool
  }

  /// A step and the change of the gradient along it.
  private struct Pair {
    var step: [Double]
    var change: [Double]
    /// The inverse of the product of step and change.
    var weight: Double
  }

  /// Searches downhill from `start`.
  ///
  /// - Throws: what `objective` throws; `Failure` (`badInput`) where its value at `start` is no number.
  public func minimise(from start: [Double], _ objective: Objective) throws -> Minimum {
    var search = WolfeSearch(at: start)
    try search.evaluateStart(objective)
    guard search.value.isFinite else {
      throw Failure(
        .badInput, "the loss at the start is \(search.value): the features are too large")
    }
    var pairs: [Pair] = []
    var iterations = 0
    while iterations < maximumIterations, search.gradient.largest > tolerance {
      var direction = Self.direction(against: search.gradient, pairs)
      if direction.dot(search.gradient) >= 0 {
        // Rounding has spoilt what is remembered: steepest descent again.
        pairs = []
        direction = search.gradient.map { -$0 }
      }
      let (point, gradient) = (search.point, search.gradient)
      let first = pairs.isEmpty ? min(1, 1 / direction.largest) : 1
      guard try search.advance(along: direction, first: first, objective) else {
        guard !pairs.isEmpty else { break }
        pairs = []
        continue
      }
      iterations += 1
      let step = search.point.minus(point)
      let change = search.gradient.minus(gradient)
      let curvature = step.dot(change)
      if curvature > 1e-300, curvature > 1e-16 * change.dot(change).squareRoot() * step.largest {
        if pairs.count == memory { pairs.removeFirst() }
        pairs.append(Pair(step: step, change: change, weight: 1 / curvature))
      }
    }
    let largest = search.gradient.largest
    return Minimum(
      point: search.point, value: search.value, gradient: largest, iterations: iterations,
      evaluations: search.evaluations, hasConverged: largest <= tolerance)
  }

  /// The two loops: minus the gradient, times the inverse of the Hessian as the pairs show it.
  private static func direction(against gradient: [Double], _ pairs: [Pair]) -> [Double] {
    var direction = gradient.map { -$0 }
    guard let last = pairs.last else { return direction }
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = pair.weight * pair.step.dot(direction)
      direction.add(pair.change, times: -factor)
      factors.append(factor)
    }
    let scale = 1 / (last.weight * last.change.dot(last.change))
    for index in direction.indices { direction[index] *= scale }
    for (pair, factor) in zip(pairs, factors.reversed()) {
      direction.add(pair.step, times: factor - pair.weight * pair.change.dot(direction))
    }
    return direction
  }
}

extension [Double] {
  /// The inner product with a vector of the same length.
  func dot(_ other: [Double]) -> Double { unsafe cblas_ddot(Int32(count), self, 1, other, 1) }

  /// The largest magnitude; NaN where there is one.
  var largest: Double { reduce(0) { $1.magnitude > $0 || $1.isNaN ? $1.magnitude : $0 } }

  /// The difference from a vector of the same length.
  func minus(_ other: [Double]) -> [Double] { zip(self, other).map { $0 - $1 } }

  /// Adds a multiple of a vector of the same length.
  mutating func add(_ other: [Double], times factor: Double) {
    unsafe cblas_daxpy(Int32(count), factor, other, 1, &self, 1)
  }
}
