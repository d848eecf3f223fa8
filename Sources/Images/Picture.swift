/// A decoded picture: RGB, a byte a channel.
public struct Picture: Sendable, Equatable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int
  /// [height, width, 3], row-major.
  public var pixels: [UInt8]

  /// Pixels of a size.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width)x\(height)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

/// A picture of numbers: RGB, 0 to 1.
public struct FloatPicture: Sendable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int
  /// [height, width, 3], row-major.
  public var values: [Float]

  /// Values of a size.
  public init(width: Int, height: Int, values: [Float]) {
    precondition(
      values.count == width * height * 3, "\(values.count) values for \(width)x\(height)")
    self.width = width
    self.height = height
    self.values = values
  }
}
