#if IMAGE_FILES
  import CTurboJPEG
  import Tensors

  /// A column at the edge of a picture's middle, which TensorFlow's `decode_and_crop_jpeg` decodes in
  /// another way than the whole picture.
  ///
  /// The chroma of a column in between is interpolated from samples on both sides; that of a crop's
  /// outermost columns is not, as if the picture ended there.
  struct CentreEdge {
    /// The columns of blocks that are decoded again, which end or begin with the column.
    private let strip: Range<Int>
    /// The column.
    private let column: Int

    /// Pixels that a block of halved chroma is wide.
    private static let block = 16

    /// The columns of a picture that differ: the right one, and the left one where a block begins there.
    static func edges(of picture: Picture) -> [CentreEdge] {
      let centre = picture.deepMindCentre
      // Of narrower ones libjpeg chooses another interpolation.
      guard centre.width >= 2 * block else { return [] }
      let (first, end) = (centre.x, centre.x + centre.width)
      var edges: [CentreEdge] = []
      if end < picture.width {
        let start = max(0, (end - 1) / block - 1) * block
        edges.append(CentreEdge(strip: start..<end, column: end - 1))
      }
      if first > 0, first % block == 0 {
        let end = min(picture.width, first + 2 * block)
        edges.append(CentreEdge(strip: first..<end, column: first))
      }
      return edges
    }

    /// Cuts the strip out of the file without loss, decodes it and takes the column over.
    ///
    /// - Throws: `Failure` where the strip cannot be cut.
    func decode(
      _ bytes: UnsafeRawBufferPointer, with decoder: tjhandle, _ transform: Int32,
      into picture: inout Picture
    ) throws {
      var cut = unsafe tjtransform()
      unsafe cut.r = tjregion(
        x: Int32(strip.lowerBound), y: 0, w: Int32(strip.count), h: Int32(picture.height))
      unsafe cut.options = TJXOPT_CROP
      var (file, size): (UnsafeMutablePointer<UInt8>?, UInt) = (nil, 0)
      defer { unsafe tjFree(file) }
      let source = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
      var result = unsafe tjTransform(
        decoder, source, UInt(bytes.count), 1, &file, &size, &cut, TJFLAG_LIMITSCANS)
      var pixels = [UInt8](repeating: 0, count: 3 * strip.count * picture.height)
      if unsafe file != nil {
        // A warning about the whole file has been judged already.
        result = unsafe tjDecompress2(
          decoder, file, size, &pixels, Int32(strip.count), 0, Int32(picture.height),
          Int32(TJPF_RGB.rawValue), transform)
      }
      guard result == 0 else {
        throw Failure(expected: "a JPEG picture that can be cropped", found: "an error")
      }
      for y in 0..<picture.height {
        let from = 3 * (y * strip.count + column - strip.lowerBound)
        let to = 3 * (y * picture.width + column)
        for channel in 0..<3 { picture.pixels[to + channel] = pixels[from + channel] }
      }
    }
  }
#endif
