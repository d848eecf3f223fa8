import Gradients

/// The mean cosine of two batches of vectors, and what the loss needs of it.
struct Cosines<Scalar: TrainingScalar> {
  /// The mean over the batch.
  let mean: Double
  /// The derivative of `-slope * mean` with respect to the first batch.
  let gradient: Rows<Scalar>

  /// Compares each row of `predictions` with the row of `targets` of the same number; no gradient goes
  /// through `targets`.
  init(_ predictions: Rows<Scalar>, _ targets: Rows<Scalar>, _ objective: Objective) {
    let (count, width) = (predictions.count, predictions.width)
    var values = [Scalar](repeating: 0, count: count * width)
    var sum = 0.0
    for row in 0..<count {
      let range = row * width..<(row + 1) * width
      let q = predictions.values[range].map(Double.init)
      let z = targets.values[range].map(Double.init)
      let length = Self.length(q)
      let (own, other) = (max(length, objective.shortest), max(Self.length(z), objective.shortest))
      var cosine = 0.0
      for (left, right) in zip(q, z) { cosine += left * right }
      cosine /= own * other
      sum += cosine
      // A vector that is shorter than the limit is divided by a constant.
      let along = length > objective.shortest ? cosine / own : 0
      let factor = -objective.slope / Double(count)
      for (column, index) in range.enumerated() {
        values[index] = Scalar(factor * (z[column] / other - along * q[column]) / own)
      }
    }
    mean = sum / Double(max(count, 1))
    gradient = Rows(count: count, width: width, values: values)
  }

  private static func length(_ vector: [Double]) -> Double {
    var sum = 0.0
    for value in vector { sum += value * value }
    return sum.squareRoot()
  }
}
