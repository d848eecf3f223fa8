import COpenBLAS
import Dispatch
import Gradients
import Synchronization
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

  /// Rows that are widened to float64 together: half a megabyte, which a processor's cache holds.
  private let block: Int
  private let threads: Int

  /// Rows are shared out in so many parts whatever the threads are, so that these change no bit.
  private static let parts = 8

  /// The loss over labelled features.
  init(_ features: Rows<Float>, labels: [Int], classes: Int, threads: Int = Processors.count) {
    precondition(features.count == labels.count, "\(features.count) rows, \(labels.count) labels")
    self.features = features
    self.labels = labels
    self.classes = classes
    mean = features.mean
    block = max(16, min(4096, 65_536 / max(1, features.width)))
    // A little work is done before another thread has woken.
    let work = features.values.count * classes
    self.threads = work < 1 << 20 ? 1 : max(1, min(threads, Self.parts))
  }

  /// The variables.
  var count: Int { classes * (features.width + 1) }

  /// The loss at `point`, and the gradient there.
  func callAsFunction(_ point: [Double], penalty: Double, gradient: inout [Double]) -> Double {
    let sums = partialSums(at: point)
    var loss = 0.0
    for index in gradient.indices { gradient[index] = 0 }
    for sum in sums {
      loss += sum.loss
      gradient.add(sum.gradient, times: 1)
    }
    var square = 0.0
    let share = 1 / Double(max(1, features.count))
    let weights = classes * features.width
    for index in 0..<weights {
      square += point[index] * point[index]
      gradient[index] = share * (gradient[index] + penalty * point[index])
    }
    for index in weights..<count { gradient[index] *= share }
    return share * (loss + penalty / 2 * square)
  }

  /// Cross-entropies and their gradient, summed over a part of the rows.
  private struct PartialSum: Sendable {
    var loss = 0.0
    var gradient: [Double]
  }

  private func partialSums(at point: [Double]) -> [PartialSum] {
    // Threads of our own share out the rows: OpenBLAS's would spin between the small products.
    openblas_set_num_threads(1)
    let parts = features.count <= block ? 1 : Self.parts
    let length = (features.count + parts - 1) / parts
    let results = Mutex<[PartialSum?]>(Array(repeating: nil, count: parts))
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for part in stride(from: thread, to: parts, by: threads) {
        let rows = (0..<features.count).clamped(to: part * length..<(part + 1) * length)
        let sum = partialSum(rows, at: point)
        results.withLock { $0[part] = sum }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  private func partialSum(_ range: Range<Int>, at point: [Double]) -> PartialSum {
    let width = features.width
    let weights = classes * width
    var sum = PartialSum(gradient: [Double](repeating: 0, count: count))
    let block = min(block, range.count)
    var rows = [Double](repeating: 0, count: block * width)
    var logits = [Double](repeating: 0, count: block * classes)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: max(1, block)) {
      let count = min(block, range.upperBound - start)
      widen(start, count, into: &rows)
      for row in 0..<count {
        for index in 0..<classes { logits[row * classes + index] = point[weights + index] }
      }
      unsafe cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(classes), Int32(width), 1,
        rows, Int32(width), point, Int32(width), 1, &logits, Int32(classes))
      unsafe logits.withUnsafeMutableBufferPointer { logits in
        for row in 0..<count {
          let own = unsafe UnsafeMutableBufferPointer(
            rebasing: logits[row * classes..<(row + 1) * classes])
          unsafe sum.loss += softmaxLoss(own, labels[start + row])
          for index in 0..<classes { unsafe sum.gradient[weights + index] += own[index] }
        }
      }
      unsafe cblas_dgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, Int32(classes), Int32(width), Int32(count), 1,
        logits, Int32(classes), rows, Int32(width), 1, &sum.gradient, Int32(width))
    }
    return sum
  }

  /// Rows as float64, without their mean.
  private func widen(_ start: Int, _ count: Int, into rows: inout [Double]) {
    let width = features.width
    unsafe features.values.withUnsafeBufferPointer { values in
      unsafe mean.withUnsafeBufferPointer { mean in
        unsafe rows.withUnsafeMutableBufferPointer { rows in
          for row in 0..<count {
            let base = (start + row) * width
            for column in 0..<width {
              unsafe rows[row * width + column] = Double(values[base + column]) - mean[column]
            }
          }
        }
      }
    }
  }
}

extension Rows where Scalar == Float {
  /// [width]: the mean of the vectors, in float64.
  var mean: [Double] {
    var mean = [Double](repeating: 0, count: width)
    unsafe values.withUnsafeBufferPointer { values in
      for row in 0..<count {
        for column in 0..<width { unsafe mean[column] += Double(values[row * width + column]) }
      }
    }
    let share = 1 / Double(max(1, count))
    return mean.map { $0 * share }
  }
}
