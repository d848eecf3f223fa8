import Tensors
import Testing

@testable import Archives

@Suite("Reading zip files")
struct ZipReaderTests {
  private static let one = RawZip.Member("a", Array("first".utf8))
  private static let two = RawZip.Member("b", Array("second".utf8))

  private func contents(_ zip: RawZip) throws -> [String: String] {
    let reader = try ZipReader(HeapBytes(zip.bytes))
    return Dictionary(
      uniqueKeysWithValues: try reader.members.map {
        ($0.name, String(decoding: try reader.content(of: $0).all(), as: UTF8.self))
      })
  }

  private func refusal(
    _ zip: RawZip, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try failure({ _ = try contents(zip) }, sourceLocation: sourceLocation).description
  }

  @Test func `a zip of two members is read`() throws {
    #expect(try contents(RawZip(Self.one, Self.two)) == ["a": "first", "b": "second"])
  }

  @Test func `a zip without members is read`() throws {
    #expect(try ZipReader(HeapBytes(RawZip().bytes)).members.isEmpty)
  }

  @Test func `a comment is passed over`() throws {
    var zip = RawZip(Self.one)
    zip.comment = Array("made by hand".utf8)
    #expect(try contents(zip) == ["a": "first"])
  }

  @Test func `members are found by name, in the directory's order`() throws {
    let reader = try ZipReader(HeapBytes(RawZip(Self.two, Self.one).bytes))
    #expect(reader.members.map(\.name) == ["b", "a"])
    #expect(reader["a"]?.size == 5)
    #expect(reader["c"] == nil)
  }

  @Test(arguments: [false, true], [false, true])
  func `a data descriptor is read, signed or not, of either width`(
    signed: Bool, wide: Bool
  ) throws {
    var member = Self.one
    var descriptor = ZipRecord()
    if signed { descriptor.put(ZipSignature.descriptor) }
    descriptor.put(member.central.checksum)
    for _ in 0..<2 {
      if wide { descriptor.put(UInt64(5)) } else { descriptor.put(UInt32(5)) }
    }
    member.descriptor = descriptor.bytes
    member.both { $0.flags = 8 }
    member.local.checksum = 0
    member.local.size = 0
    member.local.compressedSize = 0
    #expect(try contents(RawZip(member, Self.two)) == ["a": "first", "b": "second"])
    member.descriptor[signed ? 4 : 0] ^= 1
    #expect(try refusal(RawZip(member, Self.two)).contains("data descriptor"))
  }

  @Test func `a descriptor's lie is found even where the local header holds the numbers`() throws {
    var member = Self.one
    member.both { $0.flags = 8 }
    #expect(try refusal(RawZip(member)).contains("data descriptor"))
  }

  @Test func `zip64 sizes in the local header alone are read, as numpy writes them`() throws {
    let zip = try ZipReader(fixture("stored.npz"))
    #expect(zip.members.map(\.name) == ["online_params/a/~/w.npy", "scalar.npy", "ä.npy"])
    for member in zip.members { try zip.check(member) }
  }

  @Test func `zip64 end records are read where they agree`() throws {
    var zip = RawZip(Self.one)
    zip.beforeEnd = { RawZip.large(directory: $0, count: $1) }
    #expect(try contents(zip) == ["a": "first"])
    zip.entryCount = .max
    zip.directoryOffset = .max
    zip.directorySize = .max
    #expect(try contents(zip) == ["a": "first"])
  }

  @Test func `stored bytes are handed out where they lie, without being read first`() throws {
    var member = Self.one
    member.data[0] ^= 1
    let reader = try ZipReader(HeapBytes(RawZip(member).bytes))
    let unchecked = reader.content(of: reader.members[0], checked: false)
    #expect(try unchecked.all() == Array("girst".utf8))
    let message = try failure { _ = try reader.content(of: reader.members[0]).resolved() }
    #expect(message.description.contains("CRC-32"))
  }

  @Test func `local and central disagreement`() throws {
    let lies: [(String, (inout RawZip.Header) -> Void)] = [
      ("name", { $0.name = Array("z".utf8) }), ("name", { $0.name = [] }),
      ("method", { $0.method = 8 }), ("flags", { $0.flags = 2 }), ("CRC-32", { $0.checksum ^= 1 }),
      ("sizes", { $0.size = 4 }), ("sizes", { $0.compressedSize = 4 }),
    ]
    for (word, lie) in lies {
      var member = Self.one
      lie(&member.local)
      #expect(try refusal(RawZip(member, Self.two)).contains(word))
    }
  }

  @Test func `overlapping members`() throws {
    var second = Self.two
    second.offset = 0
    #expect(throws: Failure.self) { try contents(RawZip(Self.one, second)) }
    // One member's data holds the next one whole, as in overlap bombs.
    let inner = RawZip(Self.two)
    let record = Array(inner.bytes.prefix(30 + 1 + 6))
    let outer = RawZip.Member("outer", record)
    var nested = Self.two
    nested.offset = 30 + 5
    var zip = RawZip(outer, nested)
    zip.members[1].gap = []
    #expect(try refusal(zip).contains("overlap"))
  }

  @Test func `bytes of no member`() throws {
    var shifted = Self.two
    shifted.gap = [0]
    #expect(try refusal(RawZip(Self.one, shifted)).contains("1 bytes of no member"))
    shifted.gap = Array("junk".utf8)
    #expect(try refusal(RawZip(shifted)).contains("4 bytes that belong to none"))
    var zip = RawZip(Self.one)
    zip.gap = [1, 2, 3]
    #expect(try refusal(zip).contains("3 bytes of no member"))
    zip = RawZip()
    zip.gap = [1]
    #expect(throws: Failure.self) { try contents(zip) }
  }

  @Test func `bytes after the end record`() throws {
    var zip = RawZip(Self.one)
    zip.tail = [0]
    #expect(try refusal(zip).contains("comment"))
  }

  @Test func `end record hidden in the comment`() throws {
    var zip = RawZip(Self.one)
    zip.comment = RawZip().bytes
    #expect(throws: Failure.self) { try contents(zip) }
    zip.comment = RawZip(Self.two).bytes
    #expect(throws: Failure.self) { try contents(zip) }
    zip.comment = [0x50, 0x4B, 5, 6]
    #expect(try contents(zip) == ["a": "first"])
    zip.comment = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 19)
    #expect(throws: Failure.self) { try contents(zip) }
  }

  @Test func `truncation at every byte`() throws {
    let bytes = RawZip(Self.one, Self.two).bytes
    for count in bytes.indices {
      #expect(throws: Failure.self, "cut to \(count)") {
        try ZipReader(HeapBytes(Array(bytes.prefix(count))))
      }
    }
  }

  @Test func `every flipped bit is refused or leaves names and contents as they were`() throws {
    let bytes = RawZip(Self.one, Self.two).bytes
    var read = 0
    for index in bytes.indices {
      for bit in 0..<8 {
        var mutant = bytes
        mutant[index] ^= 1 << bit
        guard let reader = try? ZipReader(HeapBytes(mutant)) else { continue }
        let all = try? reader.members.map { try reader.content(of: $0).all() }
        guard let all else { continue }
        read += 1
        #expect(all == [Array("first".utf8), Array("second".utf8)])
        #expect(reader.members.map(\.name) == ["a", "b"])
      }
    }
    // Two members: versions and dates (6 bytes of a local header, 8 of a central one) and
    // attributes (6 bytes) mean nothing to a reader; every other bit does.
    #expect(read == 2 * 8 * (6 + 8 + 6))
  }

  @Test func `duplicate names`() throws {
    #expect(try refusal(RawZip(Self.one, Self.two, Self.one)).contains("one member of that name"))
  }

  @Test(arguments: ["", "a\u{0}b", "a\nb", "\u{7F}"])
  func `names that a terminal or a C program would misread`(name: String) throws {
    #expect(throws: Failure.self) { try contents(RawZip(RawZip.Member(name, [1]))) }
  }

  @Test func `names in no known encoding`() throws {
    var member = Self.one
    member.both { $0.name = [0xFF, 0xFE] }
    #expect(try refusal(RawZip(member)).contains("UTF-8"))
    member.both { $0.flags = 1 << 11 }
    #expect(try refusal(RawZip(member)).contains("UTF-8"))
    member.both { $0.name = Array("ä".utf8) }
    #expect(try contents(RawZip(member)) == ["ä": "first"])
  }

  @Test func `a second name in an extra field`() throws {
    var member = Self.one
    member.central.extra = [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, UInt8(ascii: "b")]
    #expect(try refusal(RawZip(member)).contains("another"))
    member.central.extra[9] = UInt8(ascii: "a")
    #expect(try contents(RawZip(member)) == ["a": "first"])
  }

  @Test(arguments: [0x0001, 0x0041, 0x2000, 0x0020] as [UInt16])
  func `encryption and unknown flags`(flags: UInt16) throws {
    var member = Self.one
    member.both { $0.flags = flags }
    #expect(throws: Failure.self) { try contents(RawZip(member)) }
  }

  @Test func `unknown methods are named`() throws {
    var member = Self.one
    member.both { $0.method = 93 }
    #expect(try refusal(RawZip(member)).contains("method 93"))
  }

  @Test func `symbolic links`() throws {
    var member = Self.one
    member.attributes = 0o120777 << 16
    #expect(try refusal(RawZip(member)).contains("symbolic link"))
  }

  @Test func `entry counts that lie`() throws {
    for count: UInt16 in [0, 1, 3, 0xFFFE, 0xFFFF] {
      var zip = RawZip(Self.one, Self.two)
      zip.entryCount = count
      #expect(throws: Failure.self, "\(count)") { try contents(zip) }
    }
  }

  @Test func `directories elsewhere`() throws {
    var zip = RawZip(Self.one)
    zip.directoryOffset = 0
    #expect(throws: Failure.self) { try contents(zip) }
    zip = RawZip(Self.one)
    zip.directoryOffset = 0xFFFF_FFFE
    #expect(throws: Failure.self) { try contents(zip) }
    zip = RawZip(Self.one)
    zip.directorySize = 0
    #expect(throws: Failure.self) { try contents(zip) }
  }

  @Test func `files in several parts`() throws {
    var member = Self.one
    member.disk = 1
    #expect(try refusal(RawZip(member)).contains("one part"))
  }

  @Test func `local headers past the end`() throws {
    var member = Self.two
    member.offset = 0x7FFF_FFFF
    #expect(throws: Failure.self) { try contents(RawZip(Self.one, member)) }
  }
}
