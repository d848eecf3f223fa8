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
        for y in 0..<box.height {
          let row = 3 * ((box.y + y) * width + box.x)
          var target = 3 * y * newWidth
          for x in 0..<newWidth {
            var source = row + 3 * taps.starts[x]
            var (red, green, blue) = (taps.half, taps.half, taps.half)
            for tap in x * taps.stride..<x * taps.stride + taps.counts[x] {
              let weight = taps.weights[tap]
              red &+= Int32(truncatingIfNeeded: old[source]) &* weight
              green &+= Int32(truncatingIfNeeded: old[source + 1]) &* weight
              blue &+= Int32(truncatingIfNeeded: old[source + 2]) &* weight
              source += 3
            }
            result[target] = FixedTaps.byte(red)
            result[target + 1] = FixedTaps.byte(green)
            result[target + 2] = FixedTaps.byte(blue)
            target += 3
          }
        }
      }
      total = newWidth * box.height * 3
    }
    return Picture(width: newWidth, height: box.height, pixels: result)
  }

  private func vertically(to newHeight: Int, _ taps: FixedTaps) -> Picture {
    let rowSize = 3 * width
    var sums = [Int32](repeating: 0, count: rowSize)
    let result = [UInt8](unsafeUninitializedCapacity: newHeight * rowSize) { result, total in
      pixels.withUnsafeBufferPointer { old in
        sums.withUnsafeMutableBufferPointer { sums in
          for y in 0..<newHeight {
            sums.update(repeating: taps.half)
            for tap in 0..<taps.counts[y] {
              let weight = taps.weights[y * taps.stride + tap]
              let row = UnsafeBufferPointer(
                rebasing: old[
                  (taps.starts[y] + tap) * rowSize..<(taps.starts[y] + tap + 1) * rowSize])
              for index in 0..<rowSize {
                sums[index] &+= Int32(truncatingIfNeeded: row[index]) &* weight
              }
            }
            for index in 0..<rowSize { result[y * rowSize + index] = FixedTaps.byte(sums[index]) }
          }
        }
      }
      total = newHeight * rowSize
    }
    return Picture(width: width, height: newHeight, pixels: result)
  }
}

/// Taps whose weights are whole numbers of 2^-22.
private struct FixedTaps {
  let starts: [Int]
  let counts: [Int]
  let weights: [Int32]
  let stride: Int
  let half: Int32 = 1 << 21

  init(_ filter: ResampleFilter, from old: Int, to new: Int) {
    let taps = WidenedTaps(filter, from: old, to: new)
    starts = taps.starts
    counts = taps.counts
    stride = taps.stride
    weights = taps.weights.map {
      Int32(($0 * Double(1 << 22)).rounded(.toNearestOrAwayFromZero))
    }
  }

  @inline(__always)
  static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, sum >> 22))) }
}
