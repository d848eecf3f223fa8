/// The patches of pictures as the columns of a matrix (im2col): [C kH kW, positions].
///
/// Positions are those of a band: whole pictures, or rows of one picture where it is large, so that the
/// matrix stays in the cache.
///
/// Unsafe: whoever makes one deallocates it, once and last.
@unsafe
struct BLASColumns<Scalar: BLASScalar> {
  /// Pictures and rows of positions of one matrix.
  struct Band {
    let images: Range<Int>
    let rows: Range<Int>
  }

  /// [N, C, H, W] of the pictures.
  let shape: [Int]
  let window: Window
  /// The matrix of the largest band.
  let values: UnsafeMutablePointer<Scalar>
  private let imagesPerBand: Int
  private let rowsPerBand: Int

  /// Room for bands of about `byteCount` bytes; `deallocate()` gives it back.
  init(_ shape: [Int], _ window: Window, byteCount: Int) {
    unsafe self.shape = shape
    unsafe self.window = window
    let height = shape[1] * window.kernel[0] * window.kernel[1]
    let rowBytes = max(1, height * window.count[1] * MemoryLayout<Scalar>.stride)
    unsafe rowsPerBand = max(1, min(window.count[0], byteCount / rowBytes))
    unsafe imagesPerBand =
      unsafe rowsPerBand < window.count[0]
      ? 1 : max(1, min(shape[0], byteCount / max(1, rowBytes * window.count[0])))
    unsafe values = .allocate(
      capacity: max(1, height * window.count[1] * rowsPerBand * imagesPerBand))
  }

  func deallocate() { unsafe values.deallocate() }

  /// Rows of the matrix.
  var height: Int { unsafe shape[1] * window.kernel[0] * window.kernel[1] }

  /// Columns of a band's matrix.
  func width(_ band: Band) -> Int { unsafe band.images.count * band.rows.count * window.count[1] }

  /// The first position of a band among all of its channel: N H W.
  func start(_ band: Band) -> Int {
    unsafe (band.images.lowerBound * window.count[0] + band.rows.lowerBound) * window.count[1]
  }

  /// The bands of some pictures, in their order.
  func bands(of images: Range<Int>) -> [Band] {
    unsafe stride(from: images.lowerBound, to: images.upperBound, by: imagesPerBand).flatMap {
      image in
      unsafe stride(from: 0, to: window.count[0], by: rowsPerBand).map { row in
        unsafe Band(
          images: image..<min(image + imagesPerBand, images.upperBound),
          rows: row..<min(row + rowsPerBand, window.count[0]))
      }
    }
  }

  /// Fills the matrix with the patches of channel-major pictures.
  func fill(_ band: Band, from pictures: UnsafePointer<Scalar>) {
    let (count, step) = unsafe (window.count[1], window.stride[1])
    unsafe forEachRow(band) { column, source, inside in
      guard let source, !inside.isEmpty else {
        unsafe column.initialize(repeating: 0, count: count)
        return
      }
      let line = unsafe pictures + source
      unsafe column.initialize(repeating: 0, count: inside.lowerBound)
      if step == 1 {
        unsafe (column + inside.lowerBound).initialize(
          from: line + inside.lowerBound, count: inside.count)
      } else {
        for x in inside { unsafe column[x] = unsafe line[x * step] }
      }
      unsafe (column + inside.upperBound).initialize(repeating: 0, count: count - inside.upperBound)
    }
  }

  /// Adds each column's numbers to the pixels of its patch (col2im).
  func spread(_ band: Band, onto pictures: UnsafeMutablePointer<Scalar>) {
    let step = unsafe window.stride[1]
    unsafe forEachRow(band) { column, source, inside in
      guard let source else { return }
      let line = unsafe pictures + source
      if step == 1 {
        for x in inside { unsafe line[x] += column[x] }
      } else {
        for x in inside { unsafe line[x * step] += column[x] }
      }
    }
  }

  /// Calls `body` with each row of positions under each pixel of the window: where it lies in the matrix,
  /// the offset of its first pixel in the pictures (nil above and below them), and the positions inside.
  ///
  /// The offset itself may lie outside the row: only positions inside are pixels.
  @inline(__always)
  private func forEachRow(
    _ band: Band, _ body: (UnsafeMutablePointer<Scalar>, Int?, Range<Int>) -> Void
  ) {
    let (batch, height, width) = unsafe (shape[0], shape[2], shape[3])
    var column = unsafe values
    for channel in unsafe 0..<shape[1] {
      for top in unsafe 0..<window.kernel[0] {
        for left in unsafe 0..<window.kernel[1] {
          let inside = unsafe inside(at: left)
          for image in band.images {
            for y in band.rows {
              let line = unsafe y * window.stride[0] - window.before[0] + top
              let isInside = line >= 0 && line < height
              let source =
                unsafe ((channel * batch + image) * height + line) * width + left - window.before[1]
              unsafe body(column, isInside ? source : nil, inside)
              unsafe column += window.count[1]
            }
          }
        }
      }
    }
  }

  /// The positions of a row whose pixel number `offset` of the window lies inside the picture.
  private func inside(at offset: Int) -> Range<Int> {
    let (stride, shift) = unsafe (window.stride[1], window.before[1] - offset)
    let first = unsafe min(window.count[1], shift > 0 ? (shift + stride - 1) / stride : 0)
    let room = unsafe shape[3] - 1 + shift
    let end = unsafe room >= 0 ? min(window.count[1], room / stride + 1) : 0
    return first..<max(first, end)
  }
}
