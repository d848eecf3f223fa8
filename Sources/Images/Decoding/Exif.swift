import Tensors

/// How a picture is to be turned before it is shown (EXIF 2.3, tag 0x0112).
enum Orientation: Int {
  case upright = 1
  case mirrored, turnedHalf, flipped, transposed, turnedRight, transversed, turnedLeft

  /// What a JPEG file's APP1 segment says; upright where there is none or it is damaged.
  init(jpeg bytes: CheckedBytes) {
    self = .upright
    var offset = 2
    // Segments before the first scan: a marker, and a length that counts itself.
    while let marker = bytes.bigEndian16(at: offset), marker > 0xFF00, marker != 0xFFDA,
      let length = bytes.bigEndian16(at: offset + 2), length >= 2
    {
      let end = min(offset + 2 + length, bytes.count)
      let segment = CheckedBytes(rebasing: bytes[min(offset + 4, end)..<end])
      if marker == 0xFFE1, segment.starts(with: Array("Exif\0\0".utf8)) {
        self = Orientation(tiff: CheckedBytes(rebasing: segment[6...]))
        return
      }
      offset += 2 + length
    }
  }

  /// What the first directory of EXIF data says, which are laid out as a TIFF file.
  init(tiff bytes: CheckedBytes) {
    self = .upright
    let isLittle = bytes.starts(with: [0x49, 0x49])
    func number16(_ offset: Int) -> Int? {
      bytes.bigEndian16(at: offset).map { isLittle ? ($0 & 0xFF) << 8 | $0 >> 8 : $0 }
    }
    func number32(_ offset: Int) -> Int? {
      guard let first = number16(offset), let second = number16(offset + 2) else { return nil }
      return isLittle ? second << 16 | first : first << 16 | second
    }
    guard number16(2) == 42, let directory = number32(4), let count = number16(directory) else {
      return
    }
    for entry in 0..<count {
      let offset = directory + 2 + 12 * entry
      guard let tag = number16(offset) else { return }
      if tag == 0x0112 {
        self = number16(offset + 8).flatMap(Orientation.init) ?? .upright
        return
      }
    }
  }
}

extension Picture {
  /// The picture, turned.
  func turned(_ orientation: Orientation) -> Picture {
    if orientation == .upright { return self }
    let swaps = orientation.rawValue >= Orientation.transposed.rawValue
    let (newWidth, newHeight) = swaps ? (height, width) : (width, height)
    let turned = unsafe [UInt8](unsafeUninitializedCapacity: pixels.count) { result, count in
      for y in 0..<newHeight {
        for x in 0..<newWidth {
          let (fromX, fromY) =
            switch orientation {
            case .upright: (x, y)
            case .mirrored: (width - 1 - x, y)
            case .turnedHalf: (width - 1 - x, height - 1 - y)
            case .flipped: (x, height - 1 - y)
            case .transposed: (y, x)
            case .turnedRight: (y, height - 1 - x)
            case .transversed: (width - 1 - y, height - 1 - x)
            case .turnedLeft: (width - 1 - y, x)
            }
          for channel in 0..<3 {
            unsafe result[3 * (y * newWidth + x) + channel] =
              pixels[3 * (fromY * width + fromX) + channel]
          }
        }
      }
      count = pixels.count
    }
    return Picture(width: newWidth, height: newHeight, pixels: turned)
  }
}
