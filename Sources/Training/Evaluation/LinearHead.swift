import COpenBLAS
import Gradients
import Tensors

/// A linear classifier over an embedding.
public struct LinearHead: Sendable, Equatable {
  /// The number of classes.
  public let classes: Int
  /// The length of an embedding.
  public let width: Int
  /// [classes, width], row-major.
  public var weight: [Float]
  /// [classes].
  public var bias: [Float]

  /// A classifier of given weights.
  public init(classes: Int, width: Int, weight: [Float], bias: [Float]) {
    precondition(weight.count == classes * width && bias.count == classes, "a head's shape")
    self.classes = classes
    self.width = width
    self.weight = weight
    self.bias = bias
  }

  /// [count, classes]: what the classifier gives each embedding.
  public func logits(of embeddings: Rows<Float>) -> Rows<Float> {
    precondition(embeddings.width == width, "embeddings of \(embeddings.width), not \(width)")
    var values: [Float] = []
    values.reserveCapacity(embeddings.count * classes)
    for _ in 0..<embeddings.count { values += bias }
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(embeddings.count), Int32(classes),
      Int32(width), 1, embeddings.values, Int32(width), weight, Int32(width), 1, &values,
      Int32(classes))
    return Rows(count: embeddings.count, width: classes, values: values)
  }
}
