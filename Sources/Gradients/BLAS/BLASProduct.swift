import Tensors

/// A convolution as a matrix product: [out, in kH kW] x [in kH kW, positions].
///
/// Unsafe: it keeps neither the weight nor the pictures alive.
@unsafe
struct Product<Scalar: BLASScalar> {
  /// Outputs.
  let m: Int32
  /// Inputs times pixels of the window.
  let k: Int32
  /// Positions of a channel: the distance of the output's rows.
  let step: Int32
  /// [m, k].
  let weight: UnsafeMutablePointer<Scalar>
  /// Whether the window is one pixel wide and everywhere: then the pictures are the patches.
  let isPointwise: Bool
  private let shape: [Int]
  private let window: Window
  private let source: UnsafeMutablePointer<Scalar>

  /// The product of a weight with the patches of pictures.
  ///
  /// - Throws: `Failure` (`badInput`) where it is too large for OpenBLAS, or the weight is empty.
  init(_ input: BLASArray<Scalar>, _ weight: Parameter<Scalar>, _ window: Window) throws {
    guard let base = unsafe weight.values.baseAddress else {
      throw Failure(place: weight.path, expected: "numbers", found: "none")
    }
    unsafe m = try blasLength(weight.shape[0], place: weight.path)
    unsafe k = try blasLength(weight.shape[1...].reduce(1, *), place: weight.path)
    unsafe step = try blasLength(
      input.batch * window.count[0] * window.count[1], place: weight.path)
    unsafe self.weight = base
    unsafe self.window = window
    unsafe shape = input.shape
    unsafe source = input.values
    unsafe isPointwise =
      unsafe window.kernel == [1, 1] && window.stride == [1, 1]
      && window.count == Array(shape[2...])
  }

  /// Some positions of some pictures.
  ///
  /// Unsafe: the patches are the product's.
  @unsafe
  struct Band {
    /// Positions.
    let n: Int32
    /// The first one in a channel's row.
    let start: Int
    /// The patches, [k, n].
    let columns: UnsafeMutablePointer<Scalar>
    /// The distance of their rows.
    let step: Int32
    fileprivate let matrix: (BLASColumns<Scalar>, BLASColumns<Scalar>.Band)?

    /// Makes the patches, where they are not the pictures themselves.
    func fill(from pictures: UnsafePointer<Scalar>) {
      if let (columns, band) = unsafe matrix { unsafe columns.fill(band, from: pictures) }
    }

    /// Adds the patches to the pixels, where they are not the pixels themselves.
    func spread(onto pictures: UnsafeMutablePointer<Scalar>) {
      if let (columns, band) = unsafe matrix { unsafe columns.spread(band, onto: pictures) }
    }
  }

  /// Calls `body` with the bands of some pictures, one after the other.
  func forEachBand(of images: Range<Int>, byteCount: Int, _ body: (Band) -> Void) {
    guard unsafe !isPointwise else {
      let plane = unsafe shape[2] * shape[3]
      let start = images.lowerBound * plane
      unsafe body(
        Band(
          n: Int32(images.count * plane), start: start, columns: source + start, step: step,
          matrix: nil))
      return
    }
    let columns = unsafe BLASColumns<Scalar>([shape[0]] + shape[1...], window, byteCount: byteCount)
    defer { unsafe columns.deallocate() }
    for band in unsafe columns.bands(of: images) {
      let n = unsafe Int32(columns.width(band))
      unsafe body(
        Band(
          n: n, start: columns.start(band), columns: columns.values, step: n,
          matrix: (columns, band)))
    }
  }
}
