import Tensors

/// What a file's first bytes say it is.
enum PictureFormat {
  case jpeg, png
  /// Neither, and what it is instead.
  case other(String)

  /// Looks at the first bytes of a file.
  init(_ bytes: CheckedBytes) {
    func begins(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: signature)
    }
    if begins([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if begins(pngSignature) {
      self = .png
    } else if bytes.isEmpty {
      self = .other("an empty file")
    } else if begins(Array("GIF8".utf8)) {
      self = .other("a GIF file")
    } else if begins(Array("BM".utf8)) {
      self = .other("a BMP file")
    } else if begins(Array("RIFF".utf8)), begins(Array("WEBP".utf8), at: 8) {
      self = .other("a WebP file")
    } else if begins([0x49, 0x49, 0x2A, 0]) || begins([0x4D, 0x4D, 0, 0x2A]) {
      self = .other("a TIFF file")
    } else {
      self = .other("a file that begins with neither one's signature")
    }
  }
}

/// The first eight bytes of a PNG file.
let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
