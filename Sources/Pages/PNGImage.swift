import FoundationEssentials

/// A small picture as a PNG file (PNG specification, third edition; RFC 1950 and 1951), for `img` elements
/// that hold their picture themselves.
///
/// Its bytes are stored, not deflated: filters of a convolution look like noise, which does not become
/// smaller.
public struct PNGImage: Sendable {
  /// In pixels.
  public let width: Int, height: Int
  /// Red, green, blue, row by row.
  public var pixels: [UInt8]

  /// A picture of one colour.
  public init(width: Int, height: Int, grey: UInt8 = 0) {
    self.width = max(width, 1)
    self.height = max(height, 1)
    pixels = [UInt8](repeating: grey, count: 3 * self.width * self.height)
  }

  /// Sets the pixel of a column and a row; one outside is left out.
  public mutating func set(_ x: Int, _ y: Int, _ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return }
    let place = 3 * (y * width + x)
    pixels[place] = red
    pixels[place + 1] = green
    pixels[place + 2] = blue
  }

  /// The file as a `data:` address.
  public var address: String { "data:image/png;base64," + Data(file).base64EncodedString() }

  /// The file.
  public var file: [UInt8] {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // 8 bits a channel, colour type 2 (red, green, blue), no interlacing.
    let header = Self.big(width) + Self.big(height) + [8, 2, 0, 0, 0]
    var rows: [UInt8] = []
    for row in 0..<height {
      rows.append(0)  // The row's filter: none.
      rows += pixels[3 * width * row..<3 * width * (row + 1)]
    }
    return signature + Self.chunk("IHDR", header) + Self.chunk("IDAT", Self.stored(rows))
      + Self.chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    return big(data.count) + body + big(Int(checksum(body)))
  }

  /// A zlib stream of blocks that are stored as they are, 65,535 bytes at most each.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var start = 0
    repeat {
      let end = min(start + 65_535, bytes.count)
      let length = UInt16(end - start)
      result.append(end == bytes.count ? 1 : 0)
      for word in [length, ~length] { result += [UInt8(word & 0xFF), UInt8(word >> 8)] }
      result += bytes[start..<end]
      start = end
    } while start < bytes.count
    var (low, high) = (1, 0)
    for byte in bytes {
      low = (low + Int(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return result + big(high << 16 | low)
  }

  private static func big(_ value: Int) -> [UInt8] {
    let word = UInt32(truncatingIfNeeded: value)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }

  /// CRC-32, polynomial 0xEDB88320 reflected.
  private static let table: [UInt32] = (0..<256).map { (index: UInt32) in
    (0..<8).reduce(index) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0 as UInt32) { crc, byte in
      crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
    }
  }
}
