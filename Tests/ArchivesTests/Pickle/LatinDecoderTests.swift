import Tensors
import Testing

@testable import Archives

@Suite("Bytes kept as text")
struct LatinDecoderTests {
  private func decoded(_ text: [UInt8], room: Int? = nil, vectors: Bool = true) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: room ?? text.count) { output, count in
      var decoder = LatinDecoder(UnsafeMutableRawBufferPointer(output), vectors: vectors)
      try text.withUnsafeBytes { try decoder.decode($0) }
      count = decoder.count
    }
  }

  /// A text whose scalars are the bytes.
  private func text(_ bytes: [UInt8]) -> [UInt8] {
    Array(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8)
  }

  @Test(arguments: [true, false])
  func `every byte, at every place of a word`(vectors: Bool) throws {
    for shift in 0..<17 {
      let bytes = Array(repeating: UInt8(ascii: "a"), count: shift) + Array(0...255)
      #expect(try decoded(text(bytes), vectors: vectors) == bytes)
    }
  }

  @Test(arguments: [true, false])
  func `every pattern of leads in a vector`(vectors: Bool) throws {
    for pattern in 0..<1 << 16 {
      let bytes = (0..<16).map { place -> UInt8 in
        let isHigh = pattern >> place & 1 == 1
        let value = place % 2 == 0 ? place : 0x40 + place
        return UInt8(isHigh ? 0x80 + value : value)
      }
      #expect(try decoded(text(bytes), vectors: vectors) == bytes)
    }
  }

  @Test(arguments: [true, false])
  func `bytes at random, in parts that end at any byte`(vectors: Bool) throws {
    var random = SystemRandomNumberGenerator()
    for length in [0, 1, 7, 8, 9, 100, 1000] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      let text = text(bytes)
      #expect(try decoded(text, room: length, vectors: vectors) == bytes)
      for part in [2, 3, 8, 17, 64] {
        let result = try [UInt8](unsafeUninitializedCapacity: length) { output, count in
          var decoder = LatinDecoder(UnsafeMutableRawBufferPointer(output), vectors: vectors)
          try text.withUnsafeBytes { all in
            var start = 0
            while start < all.count {
              let end = LatinDecoder.boundary(in: all, near: min(all.count, start + part))
              try decoder.decode(UnsafeRawBufferPointer(rebasing: all[start..<end]))
              start = end
            }
          }
          count = decoder.count
        }
        #expect(result == bytes)
      }
    }
  }

  @Test(
    arguments: [
      [0xC2], [0x80], [0xC4, 0x80], [0xC1, 0x80], [0xC0, 0x80], [0xC3, 0x41], [0xC3, 0xC3, 0x80],
      [0xE2, 0x82, 0xAC], [0xF0, 0x9F, 0x98, 0x80], [0xFF], [0xC2, 0x80, 0x80],
    ] as [[UInt8]])
  func `other texts and damaged ones, at every place of a word`(bad: [UInt8]) throws {
    for before in 0..<34 {
      for after in [0, 1, 2, 7, 8, 15, 16, 17, 31, 32, 33] {
        let text =
          Array(repeating: UInt8(0x61), count: before) + bad
          + Array(repeating: UInt8(0x61), count: after)
        for vectors in [true, false] {
          #expect(throws: Failure.self, "\(bad) after \(before)") {
            try decoded(text, vectors: vectors)
          }
        }
      }
    }
  }

  @Test func `a text of more bytes than there is room for`() throws {
    for length in 1..<70 {
      let bytes = (0..<length).map { UInt8($0 * 37 % 256) }
      for vectors in [true, false] {
        #expect(throws: Failure.self) {
          try decoded(text(bytes), room: length - 1, vectors: vectors)
        }
      }
    }
  }

  @Test func `a source of another number of bytes than its text`() throws {
    let bytes = Array(UInt8(0)...255)
    for encoding in [PickleText.Encoding.utf8, .rawUnicodeEscape] {
      let spelled = encoding == .utf8 ? text(bytes) : bytes
      #expect(try LatinBytes(HeapBytes(spelled), encoding, count: 256).all() == bytes)
      for count in [255, 257] {
        #expect(throws: Failure.self) {
          try LatinBytes(HeapBytes(spelled), encoding, count: count).all()
        }
      }
    }
  }
}
