import Glibc
import Gradients

/// The mean softmax cross-entropy of the rows whose label is known.
struct CrossEntropy<Scalar: TrainingScalar> {
  /// The mean over the labelled rows; nil where there is none.
  let loss: Double?
  /// The share of labelled rows whose largest logit is the label's; nil where there is none.
  let accuracy: Double?
  /// The derivative of `weight * loss` with respect to the logits; zero in rows without a label.
  let gradient: Rows<Scalar>

  /// - Parameter labels: a class per row; a negative one is unknown.
  init(_ logits: Rows<Scalar>, labels: [Int], weight: Double) {
    let width = logits.width
    var values = [Scalar](repeating: 0, count: logits.values.count)
    var (sum, right) = (0.0, 0)
    let known = labels.indices.filter { labels[$0] >= 0 && labels[$0] < width }
    for row in known where row < logits.count {
      let range = row * width..<(row + 1) * width
      let numbers = logits.values[range].map(Double.init)
      let largest = numbers.max() ?? 0
      let powers = numbers.map { exp($0 - largest) }
      let total = powers.reduce(0, +)
      sum += log(total) - (numbers[labels[row]] - largest)
      if numbers.firstIndex(of: largest) == labels[row] { right += 1 }
      for (column, index) in range.enumerated() {
        let share = powers[column] / total - (column == labels[row] ? 1 : 0)
        values[index] = Scalar(weight * share / Double(known.count))
      }
    }
    loss = known.isEmpty ? nil : sum / Double(known.count)
    accuracy = known.isEmpty ? nil : Double(right) / Double(known.count)
    gradient = Rows(count: logits.count, width: width, values: values)
  }
}
