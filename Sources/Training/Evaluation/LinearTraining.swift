import COpenBLAS
import Gradients
import Tensors

/// Linear classifiers that are trained side by side on the same embeddings, one for each learning rate
/// of a sweep: SGD with Nesterov momentum on the mean cross-entropy, in float32, without weight decay,
/// as DeepMind's `eval_experiment.py` does.
///
/// The encoder's pass, which takes nearly all of the time, is so made once for the whole sweep.
public struct LinearTraining {
  /// The classifiers, in the order of the learning rates.
  public private(set) var heads: [LinearHead]
  /// Their momentum: [classes, width] weights and then [classes] biases.
  public private(set) var traces: [[Float]]

  /// Training that goes on from given classifiers of one shape.
  ///
  /// - Parameter traces: their momentum; zeros where nil.
  public init(_ heads: [LinearHead], traces: [[Float]]? = nil) {
    self.heads = heads
    self.traces = traces ?? heads.map { .init(repeating: 0, count: $0.classes * ($0.width + 1)) }
  }

  /// Updates every classifier by one batch.
  ///
  /// - Parameter rates: the learning rate of each.
  /// - Returns: the mean cross-entropy of each, before the update.
  public mutating func step(_ embeddings: Rows<Float>, labels: [Int], rates: [Double]) -> [Double] {
    heads.indices.map { index in
      var (loss, gradient) = heads[index].gradient(of: embeddings, labels: labels)
      var values = heads[index].weight + heads[index].bias
      let weights = heads[index].weight.count
      let constants = Kernels.Momentum(
        decay: 0, scale: 1, momentum: 0.9, rate: rates[index], isNesterov: true)
      unsafe values.withUnsafeMutableBufferPointer { values in
        unsafe traces[index].withUnsafeMutableBufferPointer { trace in
          unsafe gradient.withUnsafeMutableBufferPointer {
            unsafe Kernels.step(values, $0, trace, constants)
          }
        }
      }
      heads[index].weight = Array(values[..<weights])
      heads[index].bias = Array(values[weights...])
      return loss
    }
  }
}

extension LinearHead {
  /// A classifier as training begins: all zeros.
  public init(classes: Int, width: Int) {
    self.init(
      classes: classes, width: width, weight: .init(repeating: 0, count: classes * width),
      bias: .init(repeating: 0, count: classes))
  }

  /// The mean cross-entropy, and its gradient: [classes, width] weights and then [classes] biases.
  func gradient(of embeddings: Rows<Float>, labels: [Int]) -> (loss: Double, gradient: [Float]) {
    let entropy = CrossEntropy(logits(of: embeddings), labels: labels, weight: 1)
    let slopes = entropy.gradient
    var gradient = [Float](repeating: 0, count: classes * (width + 1))
    unsafe cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(classes), Int32(width),
      Int32(embeddings.count), 1, slopes.values, Int32(classes), embeddings.values, Int32(width), 0,
      &gradient, Int32(width))
    for row in 0..<slopes.count {
      for index in 0..<classes {
        gradient[classes * width + index] += slopes.values[row * classes + index]
      }
    }
    return (entropy.loss ?? 0, gradient)
  }
}
