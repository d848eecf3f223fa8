import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives
@testable import Images

@Suite("Hostile pictures", .enabled(if: Picture.canDecode)) struct HostilePicturesTests {
  private func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: References.path(name))))
  }

  private func decode(_ bytes: [UInt8]) throws -> Picture {
    try bytes.withUnsafeBytes { try Picture(bytes: $0, file: "x", decoding: Decoding()) }
  }

  private func refusal(
    _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let failure = try #require(
      #expect(throws: Failure.self, sourceLocation: sourceLocation) { try decode(bytes) })
    #expect(failure.kind == .badInput, sourceLocation: sourceLocation)
    return failure.description
  }

  /// A PNG chunk with a good checksum.
  private func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let content = Array(name.utf8) + data
    var checksum = Checksum()
    content.withUnsafeBytes { checksum.update($0) }
    return bigEndian(UInt32(data.count)) + content + bigEndian(checksum.value)
  }

  private func bigEndian(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// `count` zeros as a zlib stream.
  private func zeros(_ count: Int) throws -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x9C]
    let deflater = try Deflater()
    let block = [UInt8](repeating: 0, count: 1 << 20)
    for start in stride(from: 0, to: count, by: block.count) {
      try block.withUnsafeBytes {
        try deflater.write(.init(rebasing: $0.prefix(count - start))) { stream += Array($0) }
      }
    }
    try deflater.finish { stream += Array($0) }
    // Adler-32 of zeros: the sum of ones over all bytes, and one.
    return stream + bigEndian(UInt32(count % 65521) << 16 | 1)
  }

  /// A grey PNG of the given size, with chunks before its pixels.
  private func png(_ width: UInt32, _ height: UInt32, _ chunks: [UInt8] = [], pixels: [UInt8])
    -> [UInt8]
  {
    pngSignature + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 0, 0, 0, 0]) + chunks
      + chunk("IDAT", pixels) + chunk("IEND", [])
  }

  @Test func `an honest one is read`() throws {
    #expect(try decode(png(4, 2, pixels: zeros(10))).pixels == [UInt8](repeating: 0, count: 24))
  }

  @Test func `a JPEG of a thousand scans`() throws {
    let file = try bytes("progressive.jpg")
    let scans = zip(file.indices, zip(file, file.dropFirst())).filter { $1 == (0xFF, 0xDA) }
    let last = try #require(scans.last?.0)
    // Each scan goes over all blocks of the picture again.
    let scan = file[last..<file.count - 2]
    var bomb = Array(file.dropLast(2))
    for _ in 0..<1000 { bomb += scan }
    #expect(try refusal(bomb + [0xFF, 0xD9]).contains("scans"))
  }

  @Test func `segments of JPEG that are shorter than their length, or reach past the end`() throws {
    let file = try bytes("rgb444.jpg")
    let plain = try decode(file)
    for length in [0, 1] as [UInt8] {
      // libjpeg-turbo takes them for empty, and the walk to the EXIF data ends there.
      let bent = Array(file[..<2]) + [0xFF, 0xE1, 0, length] + file[2...]
      #expect(try decode(bent) == plain)
    }
    _ = try refusal(Array(file[..<2]) + [0xFF, 0xE1, 0xFF, 0xFF] + file[2..<60])
  }

  @Test(arguments: ["iCCP", "zTXt", "iTXt"])
  func `texts and profiles of PNG that inflate without end`(name: String) throws {
    let plain = try decode(png(4, 2, pixels: zeros(10)))
    let head = Array("x\0".utf8) + (name == "iTXt" ? [1, 0, 0, 0] : [0])
    let bomb = try png(4, 2, chunk(name, head + zeros(50_000_000)), pixels: zeros(10))
    #expect(bomb.count < 100_000)
    // They say nothing of the pixels, so nobody inflates them.
    #expect(try decode(bomb) == plain)
  }

  @Test func `pixels of PNG that inflate to more, or less, than the picture`() throws {
    let bomb = try png(4, 2, pixels: zeros(50_000_000))
    let plain = try decode(png(4, 2, pixels: zeros(10)))
    do { #expect(try decode(bomb) == plain) } catch let failure as Failure {
      #expect(failure.kind == .badInput)
    }
    #expect(try refusal(png(4, 2, pixels: zeros(9))).contains("damaged"))
    #expect(try refusal(png(65_535, 65_535, pixels: zeros(10))).contains("65535 x 65535"))
  }

  @Test func `chunks of PNG that reach past the end, or come in another order`() throws {
    let good = try png(4, 2, pixels: zeros(10))
    for length in [0x7FFF_FFFF, 0xFFFF_FFFF, UInt32(good.count)] {
      #expect(
        try refusal(Array(good[..<33]) + bigEndian(length) + good[37...]).contains("PNG chunk"))
    }
    let pixels = try chunk("IDAT", zeros(10))
    #expect(try refusal(pngSignature + pixels + chunk("IEND", [])).contains("PNG header"))
    _ = try refusal(Array(good[..<33]) + chunk("IEND", []))
    _ = try refusal(Array(good[..<33]) + good[8..<33] + good[33...])
  }

  @Test func `EXIF data that lead out of themselves, or in a circle`() throws {
    for (directory, count) in [(8, 65_535), (0, 1), (0xFFFF_FFFF, 1), (9, 1), (14, 65_535)]
      as [(UInt32, UInt16)]
    {
      let tiff: [UInt8] =
        Array("MM".utf8) + [0, 42] + bigEndian(directory)
        + withUnsafeBytes(of: count.bigEndian) { Array($0) } + [UInt8](repeating: 0, count: 13)
      let orientation = tiff.withUnsafeBytes { Orientation(tiff: CheckedBytes($0)) }
      #expect(orientation == .upright)
    }
    let turn: [UInt8] = [1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
    let good = Array("MM".utf8) + [0, 42] + bigEndian(8) + [0, 1] + turn
    #expect(good.withUnsafeBytes { Orientation(tiff: CheckedBytes($0)) } == .turnedRight)
  }
}
