import Tensors
import Testing

@testable import Archives

@Suite("Sizes that zip files claim")
struct ZipSizeTests {
  private static let data = Array("first".utf8)

  private func refusal(
    _ zip: RawZip, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try failure(
      {
        let reader = try ZipReader(HeapBytes(zip.bytes))
        for member in reader.members { try reader.check(member) }
      }, sourceLocation: sourceLocation
    ).description
  }

  /// A deflated member of the given stream, said to hold `size` bytes.
  private func deflated(_ stream: [UInt8], size: Int) -> RawZip.Member {
    var member = RawZip.Member("a", stream)
    member.both {
      $0.method = 8
      $0.size = UInt32(size)
    }
    return member
  }

  /// 1,000 zeros as a raw deflate stream.
  private func stream() throws -> [UInt8] {
    var stream: [UInt8] = []
    let deflater = try Deflater()
    let zeros = [UInt8](repeating: 0, count: 1000)
    try zeros.withUnsafeBytes { try deflater.write($0) { stream += Array($0) } }
    try deflater.finish { stream += Array($0) }
    return stream
  }

  @Test func `a stored size that differs from the stored bytes`() throws {
    var member = RawZip.Member("a", Self.data)
    member.both { $0.size = 6 }
    #expect(try refusal(RawZip(member)).contains("5 stored bytes"))
  }

  @Test func `a compressed size past the end of the file`() throws {
    for size: UInt32 in [6, 0x7FFF_FFFF, 0xFFFF_FFFE] {
      var member = RawZip.Member("a", Self.data)
      member.both {
        $0.size = size
        $0.compressedSize = size
      }
      #expect(try refusal(RawZip(member)).contains("bytes before byte"))
    }
  }

  @Test func `size bomb: more bytes than a deflate stream can hold`() throws {
    let stream = try stream()
    let most = stream.count * 1032
    #expect(try refusal(RawZip(deflated(stream, size: most + 1))).contains("at most \(most)"))
    #expect(try refusal(RawZip(deflated([], size: 1))).contains("at most 0"))
  }

  @Test func `a stream that holds more than it says, or less`() throws {
    let stream = try stream()
    for size in [0, 1, 999, 1001, 2000] {
      #expect(try refusal(RawZip(deflated(stream, size: size))).contains("deflate stream"))
    }
  }

  @Test func `a stream with bytes after its end`() throws {
    #expect(
      try refusal(RawZip(deflated(stream() + [0], size: 1000))).contains("deflate stream"))
  }

  @Test func `a stream cut short`() throws {
    let stream = try stream()
    for count in stream.indices {
      #expect(throws: Failure.self) {
        let bytes = RawZip(deflated(Array(stream.prefix(count)), size: 1000)).bytes
        let reader = try ZipReader(HeapBytes(bytes))
        try reader.check(reader.members[0])
      }
    }
  }

  @Test func `a stream of nonsense`() throws {
    #expect(try refusal(RawZip(deflated([7, 7, 7, 7], size: 8))).contains("zlib"))
  }

  @Test func `inflated bytes with another CRC-32`() throws {
    #expect(try refusal(RawZip(deflated(stream(), size: 1000))).contains("CRC-32"))
  }

  @Test func `zip64 sizes of 2 to the 60`() throws {
    var member = RawZip.Member("a", Self.data)
    member.both {
      $0.size = .max
      $0.compressedSize = .max
      $0.extra = RawZip.extra(1, 1 << 60, 1 << 60)
    }
    #expect(try refusal(RawZip(member)).contains("1152921504606846976"))
    member.both { $0.extra = RawZip.extra(1, .max, .max) }
    #expect(try refusal(RawZip(member)).contains("2^63"))
  }

  @Test func `zip64 fields that are missing, short, long, doubled or different`() throws {
    var member = RawZip.Member("a", Self.data)
    member.central.size = .max
    #expect(try refusal(RawZip(member)).contains("zip64"))
    member.central.extra = RawZip.extra(1)
    #expect(try refusal(RawZip(member)).contains("zip64"))
    member.central.extra = RawZip.extra(1, 5) + RawZip.extra(1, 5)
    #expect(try refusal(RawZip(member)).contains("several"))
    member.central.extra = RawZip.extra(1, 5, 6)
    #expect(try refusal(RawZip(member)).contains("5 in the zip64 extra field too"))
    member.central.extra = RawZip.extra(1, 5, 5, 0, 0)
    #expect(try refusal(RawZip(member)).contains("zip64"))
    member.central.extra = RawZip.extra(1, 5)
    #expect(try ZipReader(HeapBytes(RawZip(member).bytes)).members[0].size == 5)
    member.central.extra = RawZip.extra(1, 5, 5, 0)
    #expect(try ZipReader(HeapBytes(RawZip(member).bytes)).members[0].size == 5)
  }

  @Test func `zip64 end records that lie`() throws {
    var zip = RawZip(RawZip.Member("a", Self.data))
    zip.beforeEnd = { RawZip.large(directory: $0, count: $1 + 1) }
    #expect(try refusal(zip).contains("zip64 end record"))
    zip.beforeEnd = { RawZip.large(directory: 0..<$0.upperBound, count: $1) }
    #expect(try refusal(zip).contains("zip64 end record"))
    zip.beforeEnd = { RawZip.large(directory: $0, count: $1, recordOffset: 1 << 62) }
    #expect(try refusal(zip).contains("locator"))
    zip.beforeEnd = { RawZip.large(directory: $0, count: $1, recordOffset: 0) }
    #expect(try refusal(zip).contains("zip64 end record"))
    zip.beforeEnd = { RawZip.large(directory: $0, count: $1) + [0] }
    #expect(throws: Failure.self) { try ZipReader(HeapBytes(zip.bytes)) }
  }

  @Test func `numbers that defer to a zip64 record that is not there`() throws {
    var zip = RawZip(RawZip.Member("a", Self.data))
    zip.directoryOffset = .max
    #expect(try refusal(zip).contains("zip64 locator"))
  }

  @Test func `extra fields longer than their header says`() throws {
    var member = RawZip.Member("a", Self.data)
    member.central.extra = [9, 9, 200, 0, 1]
    #expect(try refusal(RawZip(member)).contains("extra field"))
  }
}
