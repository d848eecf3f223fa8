import Foundation
import Pages
import Testing

@Suite struct PNGImageTests {
  /// A checker that knows nothing of the writer: chunks, their CRC and zlib's Adler sum, by the
  /// specification.
  private static func rows(of file: [UInt8]) throws -> (width: Int, height: Int, rows: [[UInt8]]) {
    func number(_ place: Int) -> Int { file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    try #require(file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    var (place, names, data): (Int, [String], [UInt8]) = (8, [], [])
    while place < file.count {
      let length = number(place)
      let body = Array(file[place + 4..<place + 8 + length])
      names.append(String(decoding: body.prefix(4), as: UTF8.self))
      var crc: UInt32 = ~0
      for byte in body {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
      }
      #expect(number(place + 8 + length) == Int(~crc))
      if names.last == "IDAT" { data += body.dropFirst(4) }
      place += 12 + length
    }
    #expect(names == ["IHDR", "IDAT", "IEND"])
    #expect((Int(data[0]) << 8 | Int(data[1])) % 31 == 0, "zlib's header")
    var (raw, at, isLast): ([UInt8], Int, Bool) = ([], 2, false)
    while !isLast {
      isLast = data[at] == 1
      let length = Int(data[at + 1]) | Int(data[at + 2]) << 8
      #expect(Int(data[at + 3]) | Int(data[at + 4]) << 8 == 65_535 - length)
      raw += data[at + 5..<at + 5 + length]
      at += 5 + length
    }
    let low = raw.reduce(1) { ($0 + Int($1)) % 65_521 }
    var (sum, high) = (1, 0)
    for byte in raw {
      sum = (sum + Int(byte)) % 65_521
      high = (high + sum) % 65_521
    }
    #expect(data[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } == high << 16 | low)
    let (width, height) = (number(16), number(20))
    let stride = 3 * width + 1
    #expect(raw.count == stride * height)
    return (
      width, height,
      (0..<height).map { row in
        #expect(raw[row * stride] == 0, "a row without filter")
        return Array(raw[row * stride + 1..<(row + 1) * stride])
      }
    )
  }

  @Test func pixelsAreWhereTheyWereSet() throws {
    var image = PNGImage(width: 3, height: 2, grey: 9)
    image.set(2, 1, 1, 2, 3)
    image.set(0, 0, 255, 0, 128)
    image.set(3, 0, 7, 7, 7)  // outside
    let found = try Self.rows(of: image.file)
    #expect(found.width == 3 && found.height == 2)
    #expect(found.rows == [[255, 0, 128, 9, 9, 9, 9, 9, 9], [9, 9, 9, 9, 9, 9, 1, 2, 3]])
    #expect(image.address.hasPrefix("data:image/png;base64,iVBORw0KGgo"))
    let base64 = String(image.address.dropFirst("data:image/png;base64,".count))
    #expect(Data(base64Encoded: base64).map { Array($0) } == image.file)
  }

  /// More than the 65,535 bytes that a stored block holds.
  @Test func aLargePictureHasSeveralBlocks() throws {
    var image = PNGImage(width: 200, height: 120)
    for y in 0..<120 { for x in 0..<200 { image.set(x, y, UInt8(x), UInt8(y), UInt8(x ^ y)) } }
    let found = try Self.rows(of: image.file)
    for y in 0..<120 {
      #expect(found.rows[y] == (0..<200).flatMap { [UInt8($0), UInt8(y), UInt8($0 ^ y)] })
    }
  }
}
