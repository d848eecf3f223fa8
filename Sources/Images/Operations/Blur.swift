import Glibc

/// How a picture is blurred; the standard deviation is drawn.
public struct Blur: Codable, Hashable, Sendable {
  /// What lies beyond the border.
  public enum Border: String, Codable, Sendable {
    /// Black, as in DeepMind's code, whose pictures darken there.
    case black
    /// The picture mirrored about its outermost pixels, as in torchvision's `GaussianBlur`.
    case mirrored
    /// The outermost pixels; three box filters stand in for the Gaussian, as in Pillow's `GaussianBlur`.
    case pillow
  }

  /// What lies beyond the border.
  public var border: Border
  /// Pixels on each side of the middle that count; Pillow's follows from the standard deviation.
  public var radius: Int

  /// A blur.
  public init(_ border: Border, radius: Int = 0) {
    self.border = border
    self.radius = radius
  }
}

extension FloatPicture {
  /// Blurs the picture with a Gaussian of a standard deviation in pixels.
  mutating func blur(_ blur: Blur, sigma: Double) {
    switch blur.border {
    case .black: convolve(gaussian(sigma, radius: blur.radius), isMirrored: false)
    case .mirrored:
      let radius = min(blur.radius, min(width, height) - 1)
      convolve(gaussian(sigma, radius: radius), isMirrored: true)
    case .pillow: boxBlur(BoxTaps(sigma: sigma))
    }
  }

  private func gaussian(_ sigma: Double, radius: Int) -> [Float] {
    let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
  }

  /// Convolves along rows, then along columns.
  private mutating func convolve(_ taps: [Float], isMirrored: Bool) {
    let border: LineBorder = isMirrored ? .mirrored : .black
    alongRows(taps, border)
    alongColumns(taps, border)
  }

  /// Three box filters along rows, then three along columns.
  private mutating func boxBlur(_ box: BoxTaps) {
    for _ in 0..<3 { alongRows(box.taps, .repeated) }
    for _ in 0..<3 { alongColumns(box.taps, .repeated) }
  }

  private mutating func alongRows(_ taps: [Float], _ border: LineBorder) {
    let radius = taps.count / 2
    let width = width
    // A row with its border, and room to read a whole vector behind its end.
    var padded = [Float](repeating: 0, count: width + 2 * radius + 16)
    unsafe values.withUnsafeMutableBufferPointer { all in
      unsafe padded.withUnsafeMutableBufferPointer { padded in
        for row in stride(from: 0, to: all.count, by: width) {
          for index in 0..<width { unsafe padded[radius + index] = unsafe all[row + index] }
          for beyond in 1..<radius + 1 {
            let (left, right) = border.sources(beyond, count: width)
            unsafe padded[radius - beyond] = left.map { unsafe all[row + $0] } ?? 0
            unsafe padded[radius + width - 1 + beyond] = right.map { unsafe all[row + $0] } ?? 0
          }
          unsafe weighted(taps, width: width, from: UnsafeBufferPointer(padded), into: all, at: row)
          { $0 }
        }
      }
    }
  }

  private mutating func alongColumns(_ taps: [Float], _ border: LineBorder) {
    let radius = taps.count / 2
    let (width, height) = (width, height)
    // The old rows of a plane, a black one, and room to read a whole vector behind their end.
    var plane = [Float](repeating: 0, count: width * (height + 1) + 16)
    unsafe values.withUnsafeMutableBufferPointer { all in
      unsafe plane.withUnsafeMutableBufferPointer { plane in
        for base in stride(from: 0, to: all.count, by: width * height) {
          for index in 0..<width * height { unsafe plane[index] = unsafe all[base + index] }
          for y in 0..<height {
            unsafe weighted(
              taps, width: width, from: UnsafeBufferPointer(plane), into: all, at: base + y * width
            ) { (border.source(y + $0 - radius, count: height) ?? height) * width }
          }
        }
      }
    }
  }
}

/// Writes a line that is a weighted sum of lines, 16 pixels at a time.
///
/// - Parameter start: where in `source` the line of a tap begins; behind each `width` pixels and 15 more
///   can be read.
@inline(__always)
private func weighted(
  _ taps: [Float], width: Int, from source: UnsafeBufferPointer<Float>,
  into target: UnsafeMutableBufferPointer<Float>, at place: Int, _ start: (Int) -> Int
) {
  guard let base = source.baseAddress else { return }
  let bytes = unsafe UnsafeRawPointer(base)
  unsafe taps.withUnsafeBufferPointer { taps in
    for x in stride(from: 0, to: width, by: 16) {
      var sum = SIMD16<Float>.zero
      for tap in taps.indices {
        let pixels = unsafe bytes.loadUnaligned(
          fromByteOffset: 4 * (start(tap) + x), as: SIMD16<Float>.self)
        unsafe sum += pixels * taps[tap]
      }
      if x + 16 <= width, let target = target.baseAddress {
        unsafe UnsafeMutableRawPointer(target + place + x).storeBytes(
          of: sum, as: SIMD16<Float>.self)
      } else {
        for lane in 0..<width - x { unsafe target[place + x + lane] = sum[lane] }
      }
    }
  }
}

/// What lies beyond a line's ends.
private enum LineBorder {
  case black, mirrored, repeated

  /// The pixel that stands for the one at `index`, or nil where that is black.
  @inline(__always)
  func source(_ index: Int, count: Int) -> Int? {
    if index >= 0, index < count { return index }
    switch self {
    case .black: return nil
    case .mirrored: return index < 0 ? -index : 2 * (count - 1) - index
    case .repeated: return index < 0 ? 0 : count - 1
    }
  }

  /// The pixels that stand for the one so far beyond each end.
  func sources(_ distance: Int, count: Int) -> (left: Int?, right: Int?) {
    (source(-distance, count: count), source(count - 1 + distance, count: count))
  }
}

/// The box filter, its two outermost pixels counted in part, which applied three times comes near a
/// Gaussian (Gwosdek, Grewenig, Bruhn, Weickert, 2011), as Pillow's `BoxBlur.c` chooses it.
private struct BoxTaps {
  let taps: [Float]

  init(sigma: Double) {
    let variance = sigma * sigma / 3
    let whole = ((12 * variance + 1).squareRoot() - 1) / 2
    let radius = whole.rounded(.down)
    let part =
      (2 * radius + 1) * (radius * (radius + 1) - 3 * variance)
      / (6 * (variance - (radius + 1) * (radius + 1)))
    let middle = 1 / (2 * (radius + part) + 1)
    let outer = (1 - middle * (2 * radius + 1)) / 2
    taps =
      [Float(outer)] + [Float](repeating: Float(middle), count: 2 * Int(radius) + 1)
      + [Float(outer)]
  }
}
