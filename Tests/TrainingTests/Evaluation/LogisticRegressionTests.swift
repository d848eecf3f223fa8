import Gradients
import Tensors
import Testing

@testable import Training

/// Logistic regression against scikit-learn's numbers.
@Suite struct LogisticRegressionTests {
  let arrays: Arrays
  let train: LabelledEmbeddings

  init() throws {
    arrays = try .evaluation()
    train = LabelledEmbeddings(
      try arrays.rows("train"), labels: try arrays.integers("train_labels"))
  }

  /// Wider limits than in use: scikit-learn's numbers are exact to about 1e-9.
  private var exact: LogisticRegression {
    var regression = LogisticRegression()
    regression.search.tolerance = 3e-9
    return regression
  }

  @Test(arguments: 0..<3) func `weights, biases and loss are scikit-learn's`(index: Int) throws {
    let penalty = try arrays["penalties"].doubles()[index]
    let fit = try exact.fit(train, classes: 4, penalty: penalty)
    let (weights, biases) = (
      try arrays["weights"].rows(index..<index + 1).doubles(),
      try arrays["biases"].rows(index..<index + 1).doubles()
    )
    // Only differences between the classes' biases matter.
    let own = fit.head.bias.map(Double.init)
    let mean = own.reduce(0, +) / Double(own.count)
    #expect(largestDifference(fit.head.weight, weights) < 2e-6)
    #expect(largestDifference(own.map { $0 - mean }, biases) < 3e-5)
    #expect((fit.minimum.value - (try arrays["losses"].doubles()[index])).magnitude < 1e-9)
  }

  @Test func `the gradient is that of finite differences`() {
    let objective = SoftmaxObjective(train.embeddings, labels: train.labels, classes: 4)
    let point = (0..<objective.count).map { Double(($0 * 7) % 11) / 11 - 0.4 }
    var gradient = point
    var scratch = point
    _ = objective(point, penalty: 3, gradient: &gradient)
    for index in point.indices {
      var (up, down) = (point, point)
      up[index] += 1e-5
      down[index] -= 1e-5
      let slope =
        (objective(up, penalty: 3, gradient: &scratch)
          - objective(down, penalty: 3, gradient: &scratch)) / 2e-5
      #expect((slope - gradient[index]).magnitude < 1e-9, "\(index)")
    }
  }

  @Test func `the sweep's minima are those of single searches`() throws {
    var regression = exact
    regression.penalties = [1e-1, 10, 1000]
    var swept: [Double] = []
    try regression.sweep(train, classes: 4) { penalty, fit in
      swept.append(penalty)
      #expect(fit.minimum.hasConverged)
      let alone = try exact.fit(train, classes: 4, penalty: penalty)
      #expect(largestDifference(fit.head.weight, alone.head.weight) < 1e-6)
    }
    #expect(swept == [1000, 10, 1e-1])
  }

  @Test func `the paper's penalties are 45 from 1e-6 to 1e5`() {
    let penalties = LogisticRegression.paperPenalties
    #expect(penalties.count == 45)
    #expect(penalties[0] == 1e-6)
    #expect((penalties[44] / 1e5 - 1).magnitude < 1e-12)
    #expect((penalties[8] / penalties[4] - 10).magnitude < 1e-9)
  }
}
