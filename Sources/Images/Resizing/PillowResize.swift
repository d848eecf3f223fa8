/// Resizing as Pillow does it, and so torchvision: with antialiasing, in whole grey levels.
///
/// Each axis is done in fixed point with 22 bits behind the point and rounded to a byte, the horizontal
/// one first, unless the height shrinks by more than twice what the width does: that order was
/// found by comparing with Pillow 13 (6000 random sizes), whose earlier versions have another limit. The
/// results are Pillow's, bit for bit.
extension Picture {
  /// The part `box`, resized; or, of the result, only `part`, for which no more is computed than it
  /// needs.
  ///
  /// - Precondition: the box lies in the picture, and the part in the result.
  public func resizedLikePillow(
    _ box: Box, width newWidth: Int, height newHeight: Int, _ filter: ResampleFilter,
    part: Box? = nil
  ) -> Picture {
    let whole = Box(x: 0, y: 0, width: newWidth, height: newHeight)
    let part = part ?? whole
    precondition(box.lies(in: bounds) && newWidth > 0 && newHeight > 0 && part.lies(in: whole))
    var columns = FixedTaps(
      filter, from: box.width, to: newWidth, only: part.x..<part.x + part.width)
    var rows = FixedTaps(
      filter, from: box.height, to: newHeight, only: part.y..<part.y + part.height)
    let (left, top) = (columns.beginAtNull(), rows.beginAtNull())
    let used = Box(
      x: box.x + left, y: box.y + top, width: columns.reach, height: rows.reach)
    let shrinks = box.height - newHeight
    if shrinks > 0, shrinks > 2 * (box.width - newWidth) {
      let low = vertically(used, rows)
      return low.horizontally(low.bounds, columns)
    }
    let narrow = horizontally(used, columns)
    return narrow.vertically(narrow.bounds, rows)
  }

  private func horizontally(_ box: Box, _ taps: FixedTaps) -> Picture {
    let newWidth = taps.starts.count
    let result = unsafe [UInt8](unsafeUninitializedCapacity: newWidth * box.height * 3) {
      result, total in
      unsafe pixels.withUnsafeBufferPointer { old in
        unsafe taps.withUnsafe { starts, weights in
          for y in 0..<box.height {
            let row = 3 * ((box.y + y) * width + box.x)
            var target = 3 * y * newWidth
            for x in 0..<newWidth {
              var source = unsafe row + 3 * starts[x]
              let first = x &* taps.count
              var (red, green, blue) = (FixedTaps.half, FixedTaps.half, FixedTaps.half)
              for tap in first..<first &+ taps.count {
                let weight = unsafe weights[tap]
                unsafe red &+= Int32(truncatingIfNeeded: old[source]) &* weight
                unsafe green &+= Int32(truncatingIfNeeded: old[source &+ 1]) &* weight
                unsafe blue &+= Int32(truncatingIfNeeded: old[source &+ 2]) &* weight
                source &+= 3
              }
              unsafe result[target] = FixedTaps.byte(red)
              unsafe result[target &+ 1] = FixedTaps.byte(green)
              unsafe result[target &+ 2] = FixedTaps.byte(blue)
              target &+= 3
            }
          }
        }
      }
      total = newWidth * box.height * 3
    }
    return Picture(width: newWidth, height: box.height, pixels: result)
  }

  private func vertically(_ box: Box, _ taps: FixedTaps) -> Picture {
    let newHeight = taps.starts.count
    let rowSize = 3 * box.width
    // Two halves of the weights' bits, whose products need 16 bits each: vectors multiply those.
    var high = [Int32](repeating: 0, count: rowSize)
    var low = [Int32](repeating: 0, count: rowSize)
    let result = unsafe [UInt8](unsafeUninitializedCapacity: newHeight * rowSize) { result, total in
      unsafe pixels.withUnsafeBufferPointer { old in
        unsafe high.withUnsafeMutableBufferPointer { high in
          unsafe low.withUnsafeMutableBufferPointer { low in
            for y in 0..<newHeight {
              unsafe high.update(repeating: 0)
              unsafe low.update(repeating: FixedTaps.half)
              for tap in 0..<taps.count {
                let weight = taps.weights[y * taps.count + tap]
                if weight == 0 { continue }
                let (upper, lower) = (
                  Int16(truncatingIfNeeded: weight >> 11), Int16(truncatingIfNeeded: weight & 0x7FF)
                )
                let row = 3 * ((box.y + taps.starts[y] + tap) * width + box.x)
                for index in 0..<rowSize {
                  let pixel = unsafe Int32(Int16(truncatingIfNeeded: old[row &+ index]))
                  unsafe high[index] &+= pixel &* Int32(upper)
                  unsafe low[index] &+= pixel &* Int32(lower)
                }
              }
              for index in 0..<rowSize {
                unsafe result[y * rowSize + index] = FixedTaps.byte(high[index] << 11 &+ low[index])
              }
            }
          }
        }
      }
      total = newHeight * rowSize
    }
    return Picture(width: box.width, height: newHeight, pixels: result)
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

  /// The taps of the new pixels `range`.
  init(_ filter: ResampleFilter, from old: Int, to new: Int, only range: Range<Int>) {
    let taps = WidenedTaps(filter, from: old, to: new)
    count = taps.counts.max() ?? 0
    weights = [Int32](repeating: 0, count: range.count * count)
    for (place, pixel) in range.enumerated() {
      // Where the line ends before the last tap does, taps without weight come first.
      let start = min(taps.starts[pixel], old - count)
      for tap in 0..<taps.counts[pixel] {
        let weight = taps.weights[pixel * taps.stride + tap] * Double(1 << 22)
        weights[place * count + tap + taps.starts[pixel] - start] =
          Int32(weight.rounded(.toNearestOrAwayFromZero))
      }
      starts.append(start)
    }
  }

  /// From the first old pixel to the last one that counts, once they begin at 0.
  var reach: Int { (starts.last ?? 0) + count }

  /// Moves the old pixels so that the first one that counts is 0; by how many.
  mutating func beginAtNull() -> Int {
    let first = starts.first ?? 0
    for index in starts.indices { starts[index] -= first }
    return first
  }

  /// Calls `body` with starts and weights.
  @inline(__always)
  func withUnsafe(_ body: (UnsafeBufferPointer<Int>, UnsafeBufferPointer<Int32>) -> Void) {
    unsafe starts.withUnsafeBufferPointer { starts in
      unsafe weights.withUnsafeBufferPointer { unsafe body(starts, $0) }
    }
  }

  @inline(__always)
  static func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, sum >> 22))) }
}
