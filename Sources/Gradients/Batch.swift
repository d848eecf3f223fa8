/// Pictures as the first convolution sees them: after normalisation.
public struct Batch: Sendable {
  /// [N, C, H, W].
  public var shape: [Int]
  /// The values, row-major.
  public var values: [Float]

  /// Pictures of a shape.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// The number of pictures.
  public var count: Int { shape.first ?? 0 }
}
