import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("safetensors files")
struct SafetensorsTests {
  /// A file of a header and that many bytes of data.
  private func file(_ header: String, data: Int = 0, length: UInt64? = nil) throws -> MappedFile {
    var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) {
      Array($0)
    }
    bytes += Array(header.utf8)
    bytes += (0..<data).map { UInt8(truncatingIfNeeded: $0) }
    return try mapped(bytes)
  }

  private func refusal(
    _ header: String, data: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let file = try file(header, data: data)
    return try failure({ _ = try Safetensors().read(file) }, sourceLocation: sourceLocation)
      .description
  }

  private func roundTrip(_ archive: Archive) throws -> Archive {
    try Safetensors().read(mapped(written { try Safetensors().write(archive, to: $0) }))
  }

  @Test(arguments: ElementType.allCases)
  func `every type comes back, aligned`(type: ElementType) throws {
    let tensors = try [[], [3], [0, 2], [2, 1, 3]].map { shape in
      try Tensor(
        type, shape: shape,
        bytes: [UInt8](repeating: 1, count: shape.reduce(1, *) * type.byteCount))
    }
    let odd = try Tensor(.int8, shape: [3], bytes: [1, 2, 3])
    let entries =
      [("odd", Node.tensor(odd))] + tensors.enumerated().map { ("\($0)", Node.tensor($1)) }
    let bytes = try written {
      try Safetensors().write(Archive(.dict(entries), format: "npz"), to: $0)
    }
    let header = try bytes.withUnsafeBytes { try SafetensorsHeader(CheckedBytes($0)) }
    #expect(header.tensors.map(\.name) == ["odd", "0", "1", "2", "3"])
    for entry in header.tensors {
      #expect(entry.range.lowerBound % entry.type.byteCount == 0, "\(entry)")
    }
    let archive = try Safetensors().read(mapped(bytes))
    #expect(archive.attributes.map(\.key) == [.text("format")])
    for (number, tensor) in tensors.enumerated() {
      let copy = try #require(try archive.root["\(number)"]?.tensor())
      #expect(try copy.hasSameBits(as: tensor))
    }
  }

  @Test func `a transposed, big-endian tensor is written row-major and little-endian`() throws {
    let tensor = try Tensor(
      .uint16, shape: [2, 2], strides: [1, 2], bigEndian: true,
      source: HeapBytes([0, 1, 0, 2, 0, 3, 0, 4]))
    let copy = try #require(
      try roundTrip(Archive(.dict([("a", .tensor(tensor))]), format: "npz")).root["a"]?.tensor())
    #expect(try copy.bytes() == [1, 0, 3, 0, 2, 0, 4, 0])
    #expect(copy.layout == StoredLayout())
  }

  @Test func `one tensor under two names is written once`() throws {
    var tensor = try Tensor(floats: [1, 2], shape: [2])
    tensor.layout.sharing = 7
    let archive = try roundTrip(
      Archive(.dict([("a", .tensor(tensor)), ("b", .tensor(tensor))]), format: "torch"))
    #expect(archive.root.children?.map(\.key) == [.text("a")])
  }

  @Test func `metadata and names keep their characters and order`() throws {
    let tensor = try Tensor(floats: [1], shape: [])
    let attributes = [("z", "\"quoted\"\n"), ("format", "np"), ("ä", "")]
    let archive = try roundTrip(
      Archive(
        .dict([("b/\"\\ä", .tensor(tensor)), ("", .tensor(tensor)), ("a", .tensor(tensor))]),
        format: "npz", attributes: attributes.map { Node.Entry(.text($0.0), .text($0.1)) }))
    #expect(archive.root.children?.map(\.key.description) == ["b/\"\\ä", "", "a"])
    #expect(archive.attributes.map(\.key.description) == attributes.map(\.0))
    for (entry, expected) in zip(archive.attributes, attributes) {
      guard case .text(let text) = entry.value else { throw Failure(.badInput, "no text") }
      #expect(text == expected.1)
    }
  }

  @Test func `what a file cannot hold is refused by its name`() throws {
    let tensor = Node.tensor(try Tensor(floats: [1], shape: []))
    let trees: [(Node, String)] = [
      (tensor, "dictionary"), (.dict([("step", .integer(3))]), "step"),
      (.dict([("net", .dict([("w", tensor)]))]), "net"),
      (.dict([("__metadata__", tensor)]), "__metadata__"), (.dict([("a\n", tensor)]), "control"),
      (.dict([("a", tensor), ("a", tensor)]), "once"),
      (.mapping(kind: "dict", [Node.Entry(.number(1), tensor)]), "1"),
    ]
    for (tree, word) in trees {
      let refusal = try failure {
        _ = try written { try Safetensors().write(Archive(tree, format: "npz"), to: $0) }
      }
      #expect(refusal.kind == .usage)
      #expect(refusal.description.contains(word))
    }
    let listed = Archive(
      .dict([]), format: "hdf5",
      attributes: [Node.Entry(.text("version"), .sequence(kind: "list", []))])
    #expect(
      try failure { _ = try roundTrip(listed) }.description.contains("attribute version"))
    let entry = Node.Entry(.text("k"), .text("v"))
    let twice = Archive(.dict([]), format: "torch", attributes: [entry, entry])
    #expect(try failure { _ = try roundTrip(twice) }.description.contains("attribute k"))
  }

  @Test func `headers that lie`() throws {
    let one = #""a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}"#
    let cases: [(String, Int, String)] = [
      ("{\(one)}", 5, "1 bytes of no tensor"), ("{\(one)}", 3, "within 3 bytes"),
      ("{\(one),\(one)}", 4, "again"), (" {\(one)}", 4, "begins with"),
      ("{\(one)} x", 4, "nothing more"),
      (#"{\#(one),"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6, "overlap"),
      (#"{\#(one),"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}"#, 6, "hole"),
      (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}}"#, 5, "bytes from 0"),
      (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,4]}}"#, 4, "3 bytes for U8 [3]"),
      (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0, "2^63"),
      (#"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#, 0, "2^63"),
      (#"{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, 1, "one byte"),
      (#"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, 8, "complex"),
      (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}"#, 1, "at most 2"),
      (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#, 1, "fewer fields"),
      (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}"#, 1, "'x'"),
      (#"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, "again"),
      (#"{"__metadata__":{"a":1}}"#, 0, "a string"),
      (#"{"__metadata__":{"a":"","a":""}}"#, 0, "again"),
      (#"{"a\u0000":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, "printable"),
      (#"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, 1, "whole number"),
      (#"{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}"#, 1, "expected"),
      (#"{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}"#, 1, "whole number"),
      (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1.0]}}"#, 1, "expected"),
      (#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, 1, "offsets in order"),
      (#"{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}"#, 1, "'F4'"),
      (#"{"a":{"dtype":"U7","shape":[1],"data_offsets":[0,1]}}"#, 1, "'U7'"),
      (#"{"a":[]}"#, 0, "expected"), ("[]", 0, "begins with"), ("\u{FEFF}{}", 0, "begins with"),
      (#"{"__metadata__":{"a":{"b":""}}}"#, 0, "a string"),
      (#"{"__metadata__":{},"__metadata__":{}}"#, 0, "again"),
      (#"{"a\u001b[2J":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, 1, "printable"),
      // One name, written in two ways.
      (
        #"{\#(one),"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}}"#, 4, "again"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":\#(String(repeating: "[", count: 20_000))}}"#,
        1, "'x'"
      ),
      (String(repeating: "{\"a\":", count: 20_000), 0, "expected"),
    ]
    for (header, data, word) in cases {
      #expect(try refusal(header, data: data).contains(word), "\(header)")
    }
    for length: UInt64 in [.max, 100_000_001, 3] {
      let file = try file("{}", length: length)
      #expect(try failure { _ = try Safetensors().read(file) }.place == "byte 0")
    }
  }

  @Test func `a header of as many axes as there may be, and one more`() throws {
    let ones = { (count: Int) in [String](repeating: "1", count: count).joined(separator: ",") }
    let header = { #"{"a":{"dtype":"U8","shape":[\#(ones($0))],"data_offsets":[0,1]}}"# }
    let shape = try Safetensors().read(file(header(64), data: 1)).root["a"]?.tensor().shape
    #expect(shape?.count == 64)
    #expect(try refusal(header(65), data: 1).contains("at most 64"))
  }

  @Test func `booleans other than 0 and 1`() throws {
    let file = try file(#"{"a":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}"#, data: 3)
    let tensor = try #require(try Safetensors().read(file).root["a"]?.tensor())
    #expect(try failure { _ = try tensor.bytes() }.description.contains("0 or 1"))
  }

  @Test func `truncation and every flipped bit never crash`() throws {
    let tensor = try Tensor(floats: [1, 2], shape: [2])
    let bytes = try written {
      try Safetensors().write(
        Archive(.dict([("a", .tensor(tensor))]), format: ""),
        to: $0)
    }
    for count in bytes.indices {
      let cut = try mapped(Array(bytes.prefix(count)))
      #expect(throws: Failure.self, "cut to \(count)") { try Safetensors().read(cut) }
    }
    for index in 0..<bytes.count - 8 {
      for bit in 0..<8 {
        var mutant = bytes
        mutant[index] ^= 1 << bit
        _ = try? mutant.withUnsafeBytes { try SafetensorsHeader(CheckedBytes($0)) }
      }
    }
  }

  @Test(
    .enabled(if: Shared.isPresent, Shared.why),
    arguments: [
      "lucidrains_v082.safetensors", "lucidrains_v082.bf16.safetensors",
      "timmhf_tiny/model.safetensors",
    ])
  func `genuine files come back byte for byte, but for the metadata`(
    name: String
  ) throws {
    let file = try MappedFile(Shared.path("fixtures/dialects/\(name)"))
    #expect(Safetensors().recognises(file))
    let archive = try Safetensors().read(file)
    let count = try #require(archive.root.children?.count)
    #expect(count >= 100)
    let bytes = try written { try Safetensors().write(archive, to: $0) }
    if archive.attributes.isEmpty {
      let again = try Safetensors().read(mapped(bytes))
      for (entry, other) in zip(
        try #require(again.root.children), try #require(archive.root.children))
      {
        #expect(entry.key == other.key)
        #expect(try entry.value.tensor().hasSameBits(as: other.value.tensor()))
      }
    } else {
      #expect(try bytes == file.all())
    }
  }
}
