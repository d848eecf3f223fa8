import Images
import Tensors

/// How pictures lie in an array of them.
struct PixelLayout {
  /// Pictures.
  let count: Int
  private let width: Int
  private let height: Int
  private let channels: Int
  /// Whether a picture's colours are one behind the other: [C, H, W].
  private let isPlanar: Bool

  /// The layout that an array's shape tells.
  ///
  /// - Throws: `Failure` (`badInput`) where it is of no such shape, or of no pictures, or of too large
  ///   ones.
  init(_ shape: [Int], array: String) throws {
    guard let parts = Self.parts(of: shape) else {
      throw Failure(
        place: array, expected: "pictures of shape [N, H, W, 3], [N, 3, H, W] or [N, H, W]",
        found: "shape \(shape)")
    }
    (count, height, width, channels, isPlanar) = parts
    guard count > 0 else { throw Failure(place: array, expected: "pictures", found: "none") }
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, area <= Picture.maximumPixels else {
      throw Failure(
        place: array, expected: "pictures of 1 to \(Picture.maximumPixels) pixels",
        found: "\(width) x \(height)")
    }
  }

  /// Whether pictures can have that shape.
  static func fits(_ shape: [Int]) -> Bool { parts(of: shape) != nil }

  private static func parts(
    of shape: [Int]
  ) -> (count: Int, height: Int, width: Int, channels: Int, isPlanar: Bool)? {
    switch shape.count {
    case 3: (shape[0], shape[1], shape[2], 1, false)
    case 4 where [1, 3].contains(shape[3]): (shape[0], shape[1], shape[2], shape[3], false)
    case 4 where [1, 3].contains(shape[1]): (shape[0], shape[2], shape[3], shape[1], true)
    default: nil
    }
  }

  /// The picture of one row's bytes.
  func picture(of bytes: UnsafeRawBufferPointer) -> Picture {
    if isPlanar, channels == 3 {
      return unsafe Picture(planar: bytes[...], width: width, height: height)
    }
    let pixels = unsafe channels == 3 ? Array(bytes) : bytes.flatMap { [$0, $0, $0] }
    return Picture(width: width, height: height, pixels: pixels)
  }
}
