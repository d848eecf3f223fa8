import Tensors
import Testing

@testable import Archives

@Suite("Writing zip files")
struct ZipWriterTests {
  private func archive(
    _ members: [(String, [UInt8])], method: ZipMember.Method = .stored,
    largeSize: Int = Int(UInt32.max)
  ) throws -> [UInt8] {
    try written { file in
      let writer = ZipWriter(file, largeSize: largeSize)
      for (name, bytes) in members {
        try writer.add(name, size: bytes.count, method: method) { sink in
          // In two parts, as slabs come.
          try bytes.withUnsafeBytes {
            try sink(UnsafeRawBufferPointer(rebasing: $0.prefix(bytes.count / 2)))
            try sink(UnsafeRawBufferPointer(rebasing: $0.dropFirst(bytes.count / 2)))
          }
        }
      }
      try writer.finish()
    }
  }

  private static let samples: [(String, [UInt8])] = [
    ("empty", []), ("a/b", [1, 2, 3]), ("ä~", [UInt8](repeating: 7, count: 100_000)),
    ("noise", (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 2_654_435_761) >> 13) }),
  ]

  @Test(arguments: [ZipMember.Method.stored, .deflated], [Int(UInt32.max), 0, 5000])
  func `what is written is read, with and without zip64`(
    method: ZipMember.Method, largeSize: Int
  ) throws {
    let reader = try ZipReader(
      HeapBytes(archive(Self.samples, method: method, largeSize: largeSize)))
    #expect(reader.members.map(\.name) == Self.samples.map(\.0))
    for (member, sample) in zip(reader.members, Self.samples) {
      #expect(try reader.content(of: member).all() == sample.1)
      #expect(member.method == method)
    }
  }

  @Test func `stored data begins at multiples of 64`() throws {
    for length in 1...70 {
      let name = String(repeating: "n", count: length)
      let reader = try ZipReader(HeapBytes(archive([(name, [1]), (name + "2", [2])])))
      #expect(reader.members.allSatisfy { $0.range.lowerBound % 64 == 0 })
    }
  }

  @Test func `the same members give the same bytes`() throws {
    #expect(try archive(Self.samples) == archive(Self.samples))
    #expect(
      try archive(Self.samples, method: .deflated) == archive(Self.samples, method: .deflated))
  }

  @Test func `small archives have no zip64 fields`() throws {
    let bytes = try archive([("a", [1])])
    #expect(bytes[4] == 20)
    #expect(!bytes.indices.dropLast(4).contains { Array(bytes[$0..<$0 + 4]) == [80, 75, 6, 6] })
  }

  @Test func `more members than 16 bits count`() throws {
    let many = (0..<65_536).map { (String($0), [UInt8]()) }
    let reader = try ZipReader(HeapBytes(archive(many)))
    #expect(reader.members.count == 65_536)
    #expect(reader.members.last?.name == "65535")
  }

  @Test(arguments: ["", "a\u{0}", "tab\t", String(repeating: "x", count: 65_536)])
  func `names that cannot be read back are refused`(name: String) throws {
    #expect(try failure { _ = try archive([(name, [])]) }.kind == .usage)
  }

  @Test func `a name twice is refused`() throws {
    #expect(try failure { _ = try archive([("a", []), ("a", [])]) }.description.contains("twice"))
  }

  @Test func `content of another size than announced is refused`() throws {
    let failure = try failure {
      _ = try written { file in try ZipWriter(file).add("a", size: 2) { _ in } }
    }
    #expect(failure.description.contains("expected 2 bytes to write, found 0"))
  }
}
