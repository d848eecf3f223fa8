import COpenBLAS
import Glibc
import Gradients
import Tensors

/// The loss of multinomial logistic regression and its gradient, in float64.
///
/// `(sum of cross-entropies + penalty/2 |W|^2) / n`; biases are not penalised, so that the penalty is 1/C
/// of scikit-learn's `LogisticRegression`. The point is [classes, width] weights and then [classes]
/// biases, on features from which their mean was taken: that changes no minimum but the biases, and
/// quickens the search much.
struct SoftmaxObjective {
  let features: Rows<Float>
  let labels: [Int]
  let classes: Int
  /// [width]: the mean of the features.
  let mean: [Double]

  /// Rows that are widened to float64 together: 2 MB of them lie in a processor's cache.
  private let block: Int

  /// The loss over labelled features.
  init(_ features: Rows<Float>, labels: [Int], classes: Int) {
    precondition(features.count == labels.count, "\(features.count) rows, \(labels.count) labels")
    self.features = features
    self.labels = labels
    self.classes = classes
    mean = features.mean
    block = max(16, min(4096, 262_144 / max(1, features.width)))
  }

  /// The variables.
  var count: Int { classes * (features.width + 1) }

  /// The loss at `point`, and the gradient there.
  func callAsFunction(_ point: [Double], penalty: Double, gradient: inout [Double]) -> Double {
    let width = features.width
    let weights = classes * width
    for index in gradient.indices { gradient[index] = 0 }
    var loss = 0.0
    var rows = [Double](repeating: 0, count: block * width)
    var logits = [Double](repeating: 0, count: block * classes)
    for start in stride(from: 0, to: features.count, by: block) {
      let count = min(block, features.count - start)
      widen(start, count, into: &rows)
      for row in 0..<count {
        for index in 0..<classes { logits[row * classes + index] = point[weights + index] }
      }
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(classes), Int32(width), 1,
        rows, Int32(width), point, Int32(width), 1, &logits, Int32(classes))
      for row in 0..<count {
        let label = labels[start + row]
        logits.withUnsafeMutableBufferPointer { all in
          loss += softmaxLoss(
            UnsafeMutableBufferPointer(rebasing: all[row * classes..<(row + 1) * classes]), label)
        }
        for index in 0..<classes { gradient[weights + index] += logits[row * classes + index] }
      }
      cblas_dgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, Int32(classes), Int32(width), Int32(count), 1,
        logits, Int32(classes), rows, Int32(width), 1, &gradient, Int32(width))
    }
    var square = 0.0
    let share = 1 / Double(max(1, features.count))
    for index in 0..<weights {
      square += point[index] * point[index]
      gradient[index] = share * (gradient[index] + penalty * point[index])
    }
    for index in weights..<count { gradient[index] *= share }
    return share * (loss + penalty / 2 * square)
  }

  /// Rows as float64, without their mean.
  private func widen(_ start: Int, _ count: Int, into rows: inout [Double]) {
    let width = features.width
    features.values.withUnsafeBufferPointer { values in
      for row in 0..<count {
        let base = (start + row) * width
        for column in 0..<width {
          rows[row * width + column] = Double(values[base + column]) - mean[column]
        }
      }
    }
  }
}

/// The cross-entropy of logits; they become its gradient: probabilities, less one at the label.
func softmaxLoss(_ logits: UnsafeMutableBufferPointer<Double>, _ label: Int) -> Double {
  var largest = -Double.infinity
  for value in logits where value > largest { largest = value }
  var sum = 0.0
  let atLabel = logits[label] - largest
  for index in logits.indices {
    logits[index] = exp(logits[index] - largest)
    sum += logits[index]
  }
  let scale = 1 / sum
  for index in logits.indices { logits[index] *= scale }
  logits[label] -= 1
  return log(sum) - atLabel
}

extension Rows where Scalar == Float {
  /// [width]: the mean of the vectors, in float64.
  var mean: [Double] {
    var mean = [Double](repeating: 0, count: width)
    values.withUnsafeBufferPointer { values in
      for row in 0..<count {
        for column in 0..<width { mean[column] += Double(values[row * width + column]) }
      }
    }
    let share = 1 / Double(max(1, count))
    return mean.map { $0 * share }
  }
}
