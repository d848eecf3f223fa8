/// A batch of pictures as a session takes them: after normalisation.
public struct Pictures: Sendable {
  /// Pictures.
  public let count: Int
  /// Rows of a picture.
  public let height: Int
  /// Columns of a picture.
  public let width: Int
  /// Planes of a picture.
  public let channels: Int
  /// [count, channels, height, width], row-major.
  public var values: [Float]

  /// Values of a shape.
  public init(count: Int, height: Int, width: Int, channels: Int = 3, values: [Float]) {
    precondition(
      values.count == count * height * width * channels,
      "\(values.count) values for \(count) pictures of \(height)x\(width)x\(channels)")
    self.count = count
    self.height = height
    self.width = width
    self.channels = channels
    self.values = values
  }

  /// Numbers of one picture.
  var size: Int { height * width * channels }

  /// Some of the pictures, [N, C, H, W], as engines take them.
  func activation(_ range: Range<Int>) -> Activation {
    Activation(
      shape: [range.count, channels, height, width],
      values: values[range.lowerBound * size..<range.upperBound * size].map { Double($0) })
  }
}

/// What a stage gives for a batch of pictures.
public struct Features: Sendable, Equatable {
  /// [N, D], or [N, C, H, W] where the stage is a picture still.
  public var shape: [Int]
  /// The values, row-major.
  public var values: [Float]

  /// Values of a shape.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// Numbers of one picture.
  public var size: Int { shape.dropFirst().reduce(1, *) }

  /// Values of an engine.
  init(_ activation: Activation) {
    self.init(shape: activation.shape, values: activation.values.map { Float($0) })
  }
}
