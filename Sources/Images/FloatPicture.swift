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
    let area = picture.width * picture.height
    let values = unsafe [Float](unsafeUninitializedCapacity: 3 * area) { values, count in
      unsafe picture.pixels.withUnsafeBufferPointer { pixels in
        unsafe greyLevels.withUnsafeBufferPointer { levels in
          for index in 0..<area {
            unsafe values[index] = levels[Int(pixels[3 * index])]
            unsafe values[area + index] = levels[Int(pixels[3 * index + 1])]
            unsafe values[2 * area + index] = levels[Int(pixels[3 * index + 2])]
          }
        }
      }
      count = 3 * area
    }
    self.init(width: picture.width, height: picture.height, values: values)
  }

  /// Calls `body` with the red, green and blue values, each [height, width].
  mutating func withPlanes(
    _ body: (
      UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>,
      UnsafeMutableBufferPointer<Float>
    ) -> Void
  ) {
    let area = width * height
    unsafe values.withUnsafeMutableBufferPointer { all in
      unsafe body(
        UnsafeMutableBufferPointer(rebasing: all[0..<area]),
        UnsafeMutableBufferPointer(rebasing: all[area..<2 * area]),
        UnsafeMutableBufferPointer(rebasing: all[2 * area..<3 * area]))
    }
  }

  /// Replaces every value by `transform` of it.
  mutating func mapInPlace(_ transform: (Float) -> Float) {
    unsafe values.withUnsafeMutableBufferPointer { all in
      for index in all.indices { unsafe all[index] = unsafe transform(all[index]) }
    }
  }
}

/// Every byte, divided by 255.
private let greyLevels = (0..<256).map { Float($0) / 255 }

/// The nearest value of 0 to 1.
@inline(__always)
func clipped(_ value: Float) -> Float { max(0, min(1, value)) }
