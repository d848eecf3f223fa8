import Tensors

/// The chunks of a PNG file (PNG specification, section 5), as far as they matter here.
struct PNGChunks {
  /// The file without the chunks that describe colours and give texts, or nil where it has none.
  ///
  /// libpng would convert pixels by a gamma or a profile; Pillow, and so every program that trained on
  /// such pictures, does not.
  private(set) var essential: [UInt8]?
  /// What an eXIf chunk says.
  private(set) var orientation = Orientation.upright

  private static let kept = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].map { Array($0.utf8) }

  /// Walks the chunks of a file.
  ///
  /// - Throws: `Failure` where the file ends before its last chunk, or asks for too many pixels.
  init(_ bytes: CheckedBytes) throws {
    var parts: [Range<Int>] = [0..<8]
    var (offset, dropped, isEnded) = (8, false, false)
    while !isEnded {
      guard let length = bytes.bigEndian32(at: offset), length <= bytes.count - 12 - offset else {
        throw Failure(
          place: "byte \(offset)", expected: "a PNG chunk", found: "the end of the file")
      }
      let name = Array(bytes[offset + 4..<offset + 8])
      if offset == 8 {
        guard name == Self.kept[0], let width = bytes.bigEndian32(at: 16),
          let height = bytes.bigEndian32(at: 20)
        else { throw Failure(place: "byte 8", expected: "a PNG header", found: "another chunk") }
        try Picture.check(width: width, height: height)
      }
      let isCritical = name[0] & 0x20 == 0
      if isCritical || Self.kept.contains(name) {
        parts.append(offset..<offset + 12 + length)
      } else {
        dropped = true
        if name == Array("eXIf".utf8) {
          orientation = Orientation(
            tiff: CheckedBytes(rebasing: bytes[offset + 8..<offset + 8 + length]))
        }
      }
      isEnded = name == Self.kept[4]
      offset += 12 + length
    }
    if dropped { essential = parts.flatMap { bytes[$0] } }
  }
}
