#if IMAGE_FILES
  import CTurboJPEG
  import Tensors

  /// Decodes a JPEG file with libjpeg-turbo.
  ///
  /// - Throws: `Failure` where it is cut short, damaged or too large.
  func decodeJPEG(_ bytes: UnsafeRawBufferPointer, _ decoding: Decoding) throws -> Picture {
    guard let decoder = unsafe decoding.seesCentre ? tjInitTransform() : tjInitDecompress() else {
      throw Failure(.inputOutput, "libjpeg-turbo has no memory for a decoder")
    }
    defer { unsafe tjDestroy(decoder) }
    func complaint() -> String {
      unsafe tjGetErrorStr2(decoder).map { unsafe String(cString: $0) } ?? "an error"
    }
    let source = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
    let size = UInt(bytes.count)

    var (width, height, sampling, space) = (Int32(0), Int32(0), Int32(0), Int32(-1))
    let isRead =
      unsafe tjDecompressHeader3(decoder, source, size, &width, &height, &sampling, &space) == 0
    // A sampling without a name in TurboJPEG is decoded all the same.
    guard isRead || (width > 0 && complaint().contains("subsampling")) else {
      throw Failure(expected: "a JPEG picture", found: "a header with an error (\(complaint()))")
    }
    try Picture.check(width: Int(width), height: Int(height))

    let isInk = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
    let format = isInk ? TJPF_CMYK : TJPF_RGB
    let area = Int(width) * Int(height)
    let transform = decoding.inverseDCT == .fast ? TJFLAG_FASTDCT : TJFLAG_ACCURATEDCT
    var result: Int32 = 0
    let decoded = unsafe [UInt8](unsafeUninitializedCapacity: area * (isInk ? 4 : 3)) {
      pixels, count in
      result = unsafe tjDecompress2(
        decoder, source, size, pixels.baseAddress, width, 0, height, Int32(format.rawValue),
        Int32(transform | TJFLAG_LIMITSCANS))
      if result != 0, unsafe tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue),
        isHarmless(complaint()), unsafe endsProperly(CheckedBytes(bytes))
      {
        result = 0
      }
      // Of a damaged file some pixels may not have been written.
      count = result == 0 ? pixels.count : 0
    }
    guard result == 0 else {
      throw Failure(
        expected: "\(width) x \(height) JPEG pixels", found: "damaged data (\(complaint()))")
    }
    var picture = Picture(
      width: Int(width), height: Int(height), pixels: isInk ? rgb(ofInvertedInk: decoded) : decoded)
    let isHalved = [TJSAMP_420, TJSAMP_422].contains { Int32($0.rawValue) == sampling }
    if decoding.seesCentre, isHalved, !isInk {
      for edge in CentreEdge.edges(of: picture) {
        try unsafe edge.decode(bytes, with: decoder, transform, into: &picture)
      }
    }
    return unsafe decoding.isOriented
      ? picture.turned(Orientation(jpeg: CheckedBytes(bytes))) : picture
  }

  /// Whether a warning says nothing of the pixels: ImageNet has such files, and Pillow reads them.
  private func isHarmless(_ warning: String) -> Bool {
    ["extraneous bytes before marker", "JFIF revision", "Adobe color transform"]
      .contains { warning.contains($0) }
  }

  /// Whether the marker of the picture's end is there: libjpeg tells the first warning only, and a
  /// harmless one may hide that data are missing.
  private func endsProperly(_ bytes: CheckedBytes) -> Bool {
    let tail = bytes.suffix(1 << 16)
    return zip(tail, tail.dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
  }

  /// RGB of the ink that Adobe's programs write, inverted, by Pillow's rule: what the black lets
  /// through, less what each colour takes of it.
  private func rgb(ofInvertedInk ink: [UInt8]) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: ink.count / 4 * 3) { result, count in
      for pixel in 0..<ink.count / 4 {
        let light = Int(ink[4 * pixel + 3])
        for channel in 0..<3 {
          let product = (255 - Int(ink[4 * pixel + channel])) * light + 128
          let taken = ((product >> 8) + product) >> 8
          unsafe result[3 * pixel + channel] = UInt8(clamping: light - taken)
        }
      }
      count = ink.count / 4 * 3
    }
  }
#endif
