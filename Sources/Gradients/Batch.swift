import Tensors

/// Pictures as the first convolution sees them: after normalisation.
public struct Batch: Sendable {
  /// [N, C, H, W].
  public var shape: [Int]
  /// The values, row-major.
  public var values: [Float]
  /// The values before they were rounded to float32, for checks in float64; nil where nobody has them.
  public var exact: [Double]?

  /// Pictures of a shape.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// Pictures of a shape that are known in float64.
  public init(shape: [Int], exact: [Double]) {
    self.init(shape: shape, values: exact.map { Float($0) })
    self.exact = exact
  }

  /// The number of pictures.
  public var count: Int { shape.first ?? 0 }

  /// The values in a type, as exactly as they are known.
  func numbers<Scalar: TrainingScalar>(_: Scalar.Type) -> [Scalar] {
    guard Scalar.elementType == .float64, let exact else { return Scalar.converted(values) }
    return Scalar.converted(exact)
  }
}
