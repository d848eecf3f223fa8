/// The patches of a picture as the columns of a matrix (im2col): [C * kH * kW, positions].
///
/// A band of whole rows of positions is made at a time, so that the matrix stays small.
struct BLASColumns<Number: BLASNumber> {
  let channels: Int
  let down: BLASWindow
  let across: BLASWindow
  /// Rows of positions a band holds at most.
  let rowsPerBand: Int
  private(set) var values: [Number]

  /// Room for bands of about `byteCount` bytes.
  init(channels: Int, down: BLASWindow, across: BLASWindow, byteCount: Int) {
    self.channels = channels
    self.down = down
    self.across = across
    let rowBytes =
      channels * down.kernel * across.kernel * across.count * MemoryLayout<Number>.stride
    rowsPerBand = max(1, min(down.count, byteCount / max(rowBytes, 1)))
    values = [Number](
      repeating: 0, count: channels * down.kernel * across.kernel * rowsPerBand * across.count)
  }

  /// The bands, from top to bottom.
  var bands: [Range<Int>] {
    stride(from: 0, to: down.count, by: rowsPerBand).map {
      $0..<min($0 + rowsPerBand, down.count)
    }
  }

  /// Fills the matrix with the patches at the rows `band` of a picture [C, H, W].
  mutating func fill(_ band: Range<Int>, from picture: UnsafePointer<Number>) {
    unsafe values.withUnsafeMutableBufferPointer { result in
      guard var row = result.baseAddress else { return }
      for channel in 0..<channels {
        for top in 0..<down.kernel {
          let rows = down.inside(at: top)
          for left in 0..<across.kernel {
            let inside = across.inside(at: left)
            for y in band {
              unsafe row.update(repeating: 0, count: across.count)
              if rows.contains(y) {
                let line =
                  unsafe picture + (channel * down.length + y * down.stride - down.low + top)
                  * across.length
                let shift = left - across.low
                for x in inside { unsafe row[x] = unsafe line[x * across.stride + shift] }
              }
              unsafe row += across.count
            }
          }
        }
      }
    }
  }
}
