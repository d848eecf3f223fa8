import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// Decoding against Pillow's `convert("RGB")`, and what is refused.
@Suite(.enabled(if: Picture.canDecode))
struct DecodingTests {
  @Test("pixels are Pillow's", arguments: References.files + ["rgb16.png"])
  func decodes(name: String) throws {
    let picture = try Picture(
      file: References.path(name), decoding: Decoding(.accurate, isOriented: false))
    let expected = try References("decoded.npz").picture(name)
    #expect(picture.width == expected.width && picture.height == expected.height)
    // Of 16 bits libpng rounds where Pillow cuts.
    #expect(picture.distance(to: expected) <= (name.contains("16") ? 1 : 0))
  }

  @Test("pictures are turned as EXIF says, all eight ways", arguments: 2...8)
  func turns(orientation: Int) throws {
    let name = "turn\(orientation).jpg"
    let expected = try References("decoded.npz").picture("turned/" + name)
    #expect(try Picture(file: References.path(name)) == expected)
  }

  @Test("the fast transform differs from the accurate one, by little")
  func transforms() throws {
    let path = References.path("rgb420.jpg")
    let (fast, accurate) = (
      try Picture(file: path, decoding: Decoding(.fast)), try Picture(file: path)
    )
    #expect((1...12).contains(fast.distance(to: accurate)))
  }

  @Test(
    "a file cut anywhere is refused, and named",
    arguments: ["rgb420.jpg", "rgb.png", "progressive.jpg"])
  func refusesCut(name: String) throws {
    let bytes = try Data(contentsOf: URL(filePath: References.path(name)))
    for share in 1..<20 {
      let cut = [UInt8](bytes.prefix(bytes.count * share / 20))
      let failure = #expect(throws: Failure.self) {
        try cut.withUnsafeBytes { try Picture(bytes: $0, file: name, decoding: Decoding()) }
      }
      #expect(failure?.file == name && failure?.kind == .badInput)
    }
  }

  @Test("a file with any byte changed is decoded or refused", arguments: References.files)
  func survives(name: String) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: References.path(name))))
    for index in stride(from: 0, to: bytes.count, by: 7) {
      let original = bytes[index]
      bytes[index] ^= UInt8(truncatingIfNeeded: 1 + index % 255)
      do {
        let picture = try bytes.withUnsafeBytes {
          try Picture(bytes: $0, file: name, decoding: Decoding())
        }
        #expect(picture.pixels.count == 3 * picture.width * picture.height)
      } catch let failure as Failure {
        #expect(failure.file == name)
      }
      bytes[index] = original
    }
  }

  @Test("a header that asks for too many pixels is refused before memory is taken")
  func refusesGiants() throws {
    var jpeg = [UInt8](try Data(contentsOf: URL(filePath: References.path("rgb420.jpg"))))
    let frame = try #require(
      zip(jpeg.indices, zip(jpeg, jpeg.dropFirst())).first { $1 == (0xFF, 0xC0) }?.0)
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0x00, 0xFF, 0x00])
    var png = [UInt8](try Data(contentsOf: URL(filePath: References.path("rgb.png"))))
    png.replaceSubrange(16..<24, with: [0, 0, 0xFF, 0, 0, 0, 0xFF, 0])
    for bytes in [jpeg, png] {
      let failure = #expect(throws: Failure.self) {
        try bytes.withUnsafeBytes { try Picture(bytes: $0, file: "giant", decoding: Decoding()) }
      }
      #expect(failure?.description.contains("65280 x 65280") == true)
    }
  }

  @Test("other files are refused by their kind")
  func refusesOthers() throws {
    let files: [(String, String)] = [
      ("GIF89a.......", "a GIF file"), ("RIFF....WEBPVP8 ", "a WebP file"),
      ("BM......", "a BMP file"),
      ("", "an empty file"), ("hello", "neither one's signature"),
    ]
    for (text, words) in files {
      let failure = #expect(throws: Failure.self) {
        try Array(text.utf8).withUnsafeBytes {
          try Picture(bytes: $0, file: "x", decoding: Decoding())
        }
      }
      #expect(failure?.description.contains(words) == true)
    }
    #expect(throws: Failure.self) { try Picture(file: "/nonexistent/x.jpg") }
  }

  @Test("stray bytes before the end marker are no damage, missing data are")
  func tellsWarnings() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: References.path("rgb444.jpg"))))
    let whole = try bytes.withUnsafeBytes {
      try Picture(bytes: $0, file: "x", decoding: Decoding())
    }
    let stray = bytes.dropLast(2) + [0x12, 0x34] + bytes.suffix(2)
    let same = try Array(stray).withUnsafeBytes {
      try Picture(bytes: $0, file: "x", decoding: Decoding())
    }
    #expect(same == whole)
    #expect(throws: Failure.self) {
      try Array(bytes.dropLast(2)).withUnsafeBytes {
        try Picture(bytes: $0, file: "x", decoding: Decoding())
      }
    }
  }
}
