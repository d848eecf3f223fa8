import Glibc
import Gradients
import Tensors

/// Multinomial logistic regression on frozen embeddings by L-BFGS, with the L2 penalty chosen on a
/// validation set: the paper's protocol for transfer (Grill, Strub and others 2020, appendix).
public struct LogisticRegression: Sendable {
  /// The penalties tried: 1/C of scikit-learn.
  ///
  /// Half the squared weights, times the penalty, stand beside the sum of the cross-entropies. The
  /// paper's are 45 from 1e-6 to 1e5, evenly spaced by logarithm.
  public var penalties: [Double] = Self.paperPenalties
  /// The search for each.
  public var search = LBFGS()
  /// Directions tried at most for each penalty of a sweep; the chosen one is searched to its end.
  public var sweepIterations = 200

  /// The paper's sweep.
  public init() {}

  /// 45 values from 1e-6 to 1e5.
  public static let paperPenalties = (0..<45).map { pow(10, -6 + 11 * Double($0) / 44) }

  /// A classifier, and how it was found.
  public struct Fit: Sendable {
    /// The classifier.
    public var head: LinearHead
    /// Where the search ended.
    public var minimum: LBFGS.Minimum
  }

  /// The classifier of least loss.
  ///
  /// - Parameter start: the minimum of another penalty, from which the search is short.
  /// - Throws: `Failure` (`badInput`) where the loss is no number.
  public func fit(
    _ data: LabelledEmbeddings, classes: Int, penalty: Double, from start: LBFGS.Minimum? = nil
  ) throws -> Fit {
    try fit(
      SoftmaxObjective(data.embeddings, labels: data.labels, classes: classes), penalty, start)
  }

  /// Classifiers for every penalty, each search beginning where the one of the next greater penalty ended.
  ///
  /// - Parameters:
  ///   - each: called with each, the greatest penalty first.
  /// - Throws: `Failure` (`badInput`) where the loss is no number, and what `each` throws.
  public func sweep(
    _ data: LabelledEmbeddings, classes: Int, _ each: (Double, Fit) throws -> Void
  ) throws {
    let objective = SoftmaxObjective(data.embeddings, labels: data.labels, classes: classes)
    var last: LBFGS.Minimum?
    for penalty in penalties.sorted(by: >) {
      let found = try fit(objective, penalty, last, iterations: sweepIterations)
      last = found.minimum
      try each(penalty, found)
    }
  }

  private func fit(
    _ objective: SoftmaxObjective, _ penalty: Double, _ start: LBFGS.Minimum?,
    iterations: Int = .max
  ) throws -> Fit {
    try AddressSpace.requireOpenBLAS(threads: Processors.count)
    var search = search
    search.maximumIterations = min(search.maximumIterations, iterations)
    let begin = start?.point ?? [Double](repeating: 0, count: objective.count)
    let minimum = try search.minimise(from: begin) { point, gradient in
      objective(point, penalty: penalty, gradient: &gradient)
    }
    return Fit(head: objective.head(at: minimum.point), minimum: minimum)
  }
}

extension SoftmaxObjective {
  /// The classifier on embeddings as they are: what their mean contributed goes into the biases.
  func head(at point: [Double]) -> LinearHead {
    let width = features.width
    let weights = point[..<(classes * width)]
    let biases = (0..<classes).map { index in
      let row = weights[index * width..<(index + 1) * width]
      return Float(point[classes * width + index] - zip(row, mean).reduce(0) { $0 + $1.0 * $1.1 })
    }
    return LinearHead(
      classes: classes, width: width, weight: weights.map { Float($0) }, bias: biases)
  }
}
