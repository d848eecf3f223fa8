#if IMAGE_FILES
  import CPNG
  import Tensors

  /// Decodes a PNG file with libpng.
  ///
  /// - Throws: `Failure` where it is cut short, damaged or too large.
  func decodePNG(_ bytes: UnsafeRawBufferPointer, _ decoding: Decoding) throws -> Picture {
    let chunks = try unsafe PNGChunks(CheckedBytes(bytes))
    let picture =
      try unsafe chunks.essential.map { try unsafe $0.withUnsafeBytes { try unsafe decodePNG($0) } }
      ?? decodePNG(bytes)
    return decoding.isOriented ? picture.turned(chunks.orientation) : picture
  }

  private func decodePNG(_ bytes: UnsafeRawBufferPointer) throws -> Picture {
    var image = unsafe png_image()
    unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { unsafe png_image_free(&image) }
    func failure() -> Failure {
      let words = unsafe withUnsafeBytes(of: image.message) { message in
        unsafe String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
      }
      return Failure(expected: "a PNG picture", found: "damaged data (\(words))")
    }
    guard unsafe png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0
    else {
      throw failure()
    }
    try unsafe Picture.check(width: Int(image.width), height: Int(image.height))
    // 16 bits are read as the same curve as 8, not as light itself.
    unsafe image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
    // Alpha is read where there is some, and dropped: libpng would lay the picture on a background.
    let hasAlpha = unsafe image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
    unsafe image.format =
      png_uint_32(PNG_FORMAT_FLAG_COLOR) | (hasAlpha ? png_uint_32(PNG_FORMAT_FLAG_ALPHA) : 0)
    let area = unsafe Int(image.width) * Int(image.height)
    var isRead = false
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: area * (hasAlpha ? 4 : 3)) {
      pixels, count in
      isRead = unsafe png_image_finish_read(&image, nil, pixels.baseAddress, 0, nil) != 0
      count = isRead ? pixels.count : 0
    }
    guard isRead else { throw failure() }
    return unsafe Picture(
      width: Int(image.width), height: Int(image.height),
      pixels: hasAlpha ? droppingFourth(of: pixels) : pixels)
  }

  private func droppingFourth(of pixels: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: pixels.count / 4 * 3) { result, count in
      for pixel in 0..<pixels.count / 4 {
        for channel in 0..<3 { unsafe result[3 * pixel + channel] = pixels[4 * pixel + channel] }
      }
      count = pixels.count / 4 * 3
    }
  }
#endif
