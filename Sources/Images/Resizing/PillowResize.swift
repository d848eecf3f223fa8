/// Resizing as Pillow does it, and so torchvision: with antialiasing, in whole grey levels.
///
/// Horizontally first, then vertically, each in fixed point with 22 bits behind the point and rounded to
/// a byte; the results are Pillow's, bit for bit.
extension Picture {
  /// The part `box`, resized.
  ///
  /// - Precondition: the box lies in the picture.
  public func resizedLikePillow(
    _ box: Box, width newWidth: Int, height newHeight: Int, _ filter: ResampleFilter
  ) -> Picture {
    precondition(box.lies(in: bounds) && newWidth > 0 && newHeight > 0)
    let narrow = horizontally(box, to: newWidth, FixedTaps(filter, from: box.width, to: newWidth))
    return narrow.vertically(to: newHeight, FixedTaps(filter, from: box.height, to: newHeight))
  }

  private func horizontally(_ box: Box, to newWidth: Int, _ taps: FixedTaps) -> Picture {
    let result = [UInt8](unsafeUninitializedCapacity: newWidth * box.height * 3) { result, total in
      pixels.withUnsafeBufferPointer { old in
        taps.withUnsafe { starts, weights in
          for y in 0..<box.height {
            let row = 3 * ((box.y + y) * width + box.x)
            var target = 3 * y * newWidth
            for x in 0..<newWidth {
              var source = row + 3 * starts[x]
              let first = x &* taps.count
              var (red, green, blue) = (FixedTaps.half, FixedTaps.half, FixedTaps.half)
              for tap in first..<first &+ taps.count {
                let weight = weights[tap]
                red &+= Int32(truncatingIfNeeded: old[source]) &* weight
                green &+= Int32(truncatingIfNeeded: old[source &+ 1]) &* weight
                blue &+= Int32(truncatingIfNeeded: old[source &+ 2]) &* weight
                source &+= 3
              }
              result[target] = FixedTaps.byte(red)
              result[target &+ 1] = FixedTaps.byte(green)
              result[target &+ 2] = FixedTaps.byte(blue)
              target &+= 3
            }
          }
        }
      }
      total = newWidth * box.height * 3
    }
    return Picture(width: newWidth, height: box.height, pixels: result)
  }

  private func vertically(to newHeight: Int, _ taps: FixedTaps) -> Picture {
    let rowSize = 3 * width
    // Two halves of the weights' bits, whose products need 16 bits each: vectors multiply those.
    var high = [Int32](repeating: 0, count: rowSize)
    var low = [Int32](repeating: 0, count: rowSize)
    let result = [UInt8](unsafeUninitializedCapacity: newHeight * rowSize) { result, total in
      pixels.withUnsafeBufferPointer { old in
        high.withUnsafeMutableBufferPointer { high in
          low.withUnsafeMutableBufferPointer { low in
            for y in 0..<newHeight {
              high.update(repeating: 0)
              low.update(repeating: FixedTaps.half)
              for tap in 0..<taps.count {
                let weight = taps.weights[y * taps.count + tap]
                if weight == 0 { continue }
                let (upper, lower) = (
                  Int16(truncatingIfNeeded: weight >> 11), Int16(truncatingIfNeeded: weight & 0x7FF)
                )
                let row = (taps.starts[y] + tap) * rowSize
                for index in 0..<rowSize {
                  let pixel = Int32(Int16(truncatingIfNeeded: old[row &+ index]))
                  high[index] &+= pixel &* Int32(upper)
                  low[index] &+= pixel &* Int32(lower)
                }
              }
              for index in 0..<rowSize {
                result[y * rowSize + index] = FixedTaps.byte(high[index] << 11 &+ low[index])
              }
            }
          }
        }
      }
      total = newHeight * rowSize
    }
    return Picture(width: width, height: newHeight, pixels: result)
  }
}

/// As many taps for every pixel of a line, whose weights are whole numbers of 2^-22.
private struct FixedTaps {
  /// Taps of a pixel.
  let count: Int
  /// Of each new pixel: the first old one.
  private(set) var starts: [Int] = []
  /// `count` weights for each new pixel.
  private(set) var weights: [Int32]
  /// What rounding adds.
  static let half: Int32 = 1 << 21

  init(_ filter: ResampleFilter, from old: Int, to new: Int) {
    let taps = WidenedTaps(filter, from: old, to: new)
    count = taps.counts.max() ?? 0
    weights = [Int32](repeating: 0, count: new * count)
    for pixel in 0..<new {
      // Where the line ends before the last tap does, taps without weight come first.
      let start = min(taps.starts[pixel], old - count)
      for tap in 0..<taps.counts[pixel] {
        let weight = taps.weights[pixel * taps.stride + tap] * Double(1 << 22)
        weights[pixel * count + tap + taps.starts[pixel] - start] =
          Int32(weight.rounded(.toNearestOrAwayFromZero))
      }
      starts.append(start)
    }
  }

  /// Calls `body` with starts and weights.
  @inline(__always)
  func withUnsafe(_ body: (UnsafeBufferPointer<Int>, UnsafeBufferPointer<Int32>) -> Void) {
    starts.withUnsafeBufferPointer { starts in weights.withUnsafeBufferPointer { body(starts, $0) }
    }
  }

  @inline(__always)
  static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, sum >> 22))) }
}
