/// A picture of numbers, channel by channel: red, green, blue; from 0 to 1 unless said otherwise.
public struct FloatPicture: Sendable, Equatable {
  /// In pixels.
  public let width: Int
  /// In pixels.
  public let height: Int
  /// [3, height, width], row-major.
  public var values: [Float]

  /// Values of a size.
  public init(width: Int, height: Int, values: [Float]) {
    precondition(
      values.count == width * height * 3, "\(values.count) values for \(width)x\(height)")
    self.width = width
    self.height = height
    self.values = values
  }

  /// The bytes of a picture, divided by 255.
  public init(_ picture: Picture) {
    let (width, height) = (picture.width, picture.height)
    let area = width * height
    self.init(
      width: width, height: height,
      values: [Float](unsafeUninitializedCapacity: 3 * area) { values, count in
        for channel in 0..<3 {
          for index in 0..<area {
            values[channel * area + index] = Float(picture.pixels[3 * index + channel]) / 255
          }
        }
        count = 3 * area
      })
  }

  /// Calls `body` with the red, green and blue values, each [height, width].
  mutating func withPlanes(
    _ body: (
      UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>,
      UnsafeMutableBufferPointer<Float>
    ) -> Void
  ) {
    let area = width * height
    values.withUnsafeMutableBufferPointer { all in
      body(
        UnsafeMutableBufferPointer(rebasing: all[0..<area]),
        UnsafeMutableBufferPointer(rebasing: all[area..<2 * area]),
        UnsafeMutableBufferPointer(rebasing: all[2 * area..<3 * area]))
    }
  }

  /// Replaces every value by `transform` of it.
  mutating func mapInPlace(_ transform: (Float) -> Float) {
    values.withUnsafeMutableBufferPointer { all in
      for index in all.indices { all[index] = transform(all[index]) }
    }
  }
}

/// The nearest value of 0 to 1.
@inline(__always)
func clipped(_ value: Float) -> Float { max(0, min(1, value)) }
