/// A decoded picture: RGB, a byte a channel.
public struct Picture: Sendable, Equatable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int
  /// [height, width, 3], row-major.
  public var pixels: [UInt8]

  /// The most pixels that a file may ask memory for: 2^27, which decoded are 384 MiB.
  public static let maximumPixels = 1 << 27

  /// Pixels of a size.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width)x\(height)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The whole picture.
  public var bounds: Box { Box(x: 0, y: 0, width: width, height: height) }
}

/// A rectangle of a picture, in pixels from its upper left corner.
public struct Box: Codable, Hashable, Sendable {
  /// The leftmost column.
  public var x: Int
  /// The uppermost row.
  public var y: Int
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  /// A rectangle.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Whether it has pixels and all of them lie within `other`.
  public func lies(in other: Box) -> Bool {
    width > 0 && height > 0 && x >= other.x && y >= other.y
      && x <= other.x + other.width - width && y <= other.y + other.height - height
  }
}
