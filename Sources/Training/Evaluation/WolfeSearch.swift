import COpenBLAS

/// A line search for a step that satisfies the strong Wolfe conditions: Nocedal and Wright, Numerical
/// Optimization (2006), algorithms 3.5 (bracket) and 3.6 (zoom), with cubic interpolation.
struct WolfeSearch {
  /// The best point so far.
  private(set) var point: [Double]
  /// The function's value there.
  private(set) var value = Double.nan
  /// The gradient there.
  private(set) var gradient: [Double]
  /// Times the function was computed.
  private(set) var evaluations = 0

  /// Sufficient decrease: c1.
  private let decrease = 1e-4
  /// Curvature: c2, as is usual for quasi-Newton directions.
  private let curvature = 0.9
  /// Points tried along one direction.
  private let limit = 30

  /// A search from a point.
  init(at point: [Double]) {
    self.point = point
    gradient = [Double](repeating: 0, count: point.count)
  }

  /// Computes value and gradient where the search begins.
  mutating func evaluateStart(_ objective: LBFGS.Objective) throws {
    value = try objective(point, &gradient)
    evaluations += 1
  }

  /// A point on the line.
  private struct Trial {
    var step: Double
    var value: Double
    /// The derivative along the direction.
    var slope: Double
    /// Empty for the point where the line begins.
    var point: [Double] = []
    var gradient: [Double] = []
  }

  /// Moves downhill along `direction`; false, and nothing is moved, where no step goes down.
  mutating func advance(
    along direction: [Double], first: Double, _ objective: LBFGS.Objective
  ) throws -> Bool {
    let start = Trial(step: 0, value: value, slope: direction.dot(gradient))
    var before = start
    var step = first
    for round in 0..<limit {
      let trial = try evaluate(direction, step, objective)
      if isTooHigh(trial, start) || (round > 0 && trial.value >= before.value) {
        return take(try zoom(direction, from: start, low: before, high: trial, objective))
      }
      if trial.slope.magnitude <= -curvature * start.slope { return take(trial) }
      if trial.slope >= 0 {
        return take(try zoom(direction, from: start, low: trial, high: before, objective))
      }
      before = trial
      step *= 2
    }
    return take(before)
  }

  /// Narrows an interval that holds a step that satisfies both conditions.
  ///
  /// `low` is the lowest point so far that goes down enough.
  private mutating func zoom(
    _ direction: [Double], from start: Trial, low: Trial, high: Trial, _ objective: LBFGS.Objective
  ) throws -> Trial {
    var (low, high) = (low, high)
    for _ in 0..<limit {
      let step = Self.interpolate(low, high)
      // Rounding leaves no room between the two.
      guard (high.step - low.step).magnitude > 1e-14 * max(low.step, high.step) else { break }
      let trial = try evaluate(direction, step, objective)
      if isTooHigh(trial, start) || trial.value >= low.value {
        high = trial
      } else {
        if trial.slope.magnitude <= -curvature * start.slope { return trial }
        if trial.slope * (high.step - low.step) >= 0 { high = low }
        low = trial
      }
    }
    return low
  }

  /// Whether a point fails the first condition; a value that is no number does.
  private func isTooHigh(_ trial: Trial, _ start: Trial) -> Bool {
    !(trial.value <= start.value + decrease * trial.step * start.slope)
  }

  /// The minimum of the cubic through two points and their slopes, kept off the interval's ends.
  private static func interpolate(_ low: Trial, _ high: Trial) -> Double {
    let width = high.step - low.step
    let middle = low.step + width / 2
    let first = low.slope + high.slope - 3 * (low.value - high.value) / (low.step - high.step)
    let root = first * first - low.slope * high.slope
    guard root.isFinite, root >= 0 else { return middle }
    let second = (width < 0 ? -1 : 1) * root.squareRoot()
    let step =
      high.step - width * (high.slope + second - first)
      / (high.slope - low.slope + 2 * second)
    let share = (step - low.step) / width
    return share.isFinite && share > 0.05 && share < 0.95 ? step : middle
  }

  private mutating func evaluate(
    _ direction: [Double], _ step: Double, _ objective: LBFGS.Objective
  ) throws -> Trial {
    var trial = Trial(step: step, value: 0, slope: 0, point: point, gradient: gradient)
    trial.point.add(direction, times: step)
    trial.value = try objective(trial.point, &trial.gradient)
    trial.slope = direction.dot(trial.gradient)
    evaluations += 1
    return trial
  }

  private mutating func take(_ trial: Trial) -> Bool {
    guard !trial.point.isEmpty, trial.value.isFinite else { return false }
    (point, value, gradient) = (trial.point, trial.value, trial.gradient)
    return true
  }
}
