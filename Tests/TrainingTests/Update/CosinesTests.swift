import Gradients
import Tensors
import Testing

@testable import Training

@Suite struct CosinesTests {
  private let targets = Rows<Double>(count: 2, width: 3, values: [1, 0, 2, -1, 3, 0.5])

  @Test func `the gradient is the slope of the loss`() {
    var predictions = Rows<Double>(count: 2, width: 3, values: [0.3, -1.2, 0.7, 2, 0.1, -0.4])
    let objective = Objective()
    let exact = Cosines(predictions, targets, objective)
    for index in predictions.values.indices {
      let old = predictions.values[index]
      predictions.values[index] = old + 1e-6
      let above = -objective.slope * Cosines(predictions, targets, objective).mean
      predictions.values[index] = old - 1e-6
      let below = -objective.slope * Cosines(predictions, targets, objective).mean
      predictions.values[index] = old
      #expect(abs((above - below) / 2e-6 - exact.gradient.values[index]) < 1e-9)
    }
  }

  @Test func `equal directions have cosine 1 and no gradient`() {
    var doubled = targets
    doubled.values = targets.values.map { 2 * $0 }
    let cosines = Cosines(doubled, targets, Objective())
    #expect(abs(cosines.mean - 1) < 1e-15)
    #expect(cosines.gradient.values.allSatisfy { abs($0) < 1e-15 })
  }

  @Test func `a vector of zeros is divided by the limit`() {
    let zeros = Rows<Double>(count: 2, width: 3, values: [0, 0, 0, 0, 0, 0])
    var objective = Objective()
    objective.shortest = 0.5
    let cosines = Cosines(zeros, targets, objective)
    #expect(cosines.mean == 0)
    // -slope / N * z / |z| / limit.
    #expect(abs(cosines.gradient.values[0] - -2 / 2 * (1 / 5.0.squareRoot()) / 0.5) < 1e-15)
  }

  @Test(arguments: [
    ("2-2cos", 4.0, 2.0), ("2-2cos", 2, 1), ("minus-2cos", 0, 2), ("minus-cos", 0, 0.5),
  ]) func `forms have their slopes`(form: String, constant: Double, slope: Double) throws {
    let objective = try Objective(form: form, constant: constant, views: "separate")
    #expect(objective.slope == slope)
    #expect(objective.constant == constant)
  }

  @Test func `unknown words are refused`() {
    #expect(throws: Failure.self) { try Objective(form: "mse", constant: 4, views: "separate") }
    #expect(throws: Failure.self) { try Objective(form: "2-2cos", constant: 0, views: "separate") }
    #expect(throws: Failure.self) { try Objective(form: "2-2cos", constant: 4, views: "both") }
  }

  @Test func `cross-entropy leaves unlabelled rows alone`() {
    let logits = Rows<Double>(count: 3, width: 2, values: [1, 1, 5, -5, 0, 2])
    let entropy = CrossEntropy(logits, labels: [0, -1, 1], weight: 0.5)
    // log 2 and log(1 + e^-2).
    #expect(abs((entropy.loss ?? 0) - (0.6931471805599453 + 0.1269280110429726) / 2) < 1e-15)
    #expect(entropy.accuracy == 1)
    #expect(Array(entropy.gradient.values[2..<4]) == [0, 0])
    #expect(abs(entropy.gradient.values[0] - 0.5 * -0.5 / 2) < 1e-15)
    #expect(CrossEntropy(logits, labels: [-1, -1, -1], weight: 1).loss == nil)
  }
}
