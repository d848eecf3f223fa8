import Tensors
import Testing

@testable import Archives

@Suite("npy files")
struct NpyTests {
  private func read(_ name: String) throws -> Tensor {
    try Npy().read(fixture(name)).root.tensor()
  }

  /// An npy file of the given header text and data.
  private func npy(_ header: String, version: [UInt8] = [1, 0], data: [UInt8] = []) -> [UInt8] {
    let text = Array(header.utf8)
    let length = (0..<(version[0] == 1 ? 2 : 4)).map { UInt8(text.count >> (8 * $0) & 0xFF) }
    return NpyHeader.magic + version + length + text + data
  }

  private func refusal(
    _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    try failure({ _ = try Npy().read(mapped(bytes)) }, sourceLocation: sourceLocation).description
  }

  @Test func `numpy's arrays are read`() throws {
    #expect(try read("rows.npy").floats() == [0, 1, 2, 3, 4, 5])
    #expect(try read("columns.npy").doubles() == [0, 1, 2, 3, 4, 5])
    #expect(try read("scalar.npy").integers() == [-3])
    #expect(try read("scalar.npy").shape == [])
    #expect(try read("empty.npy").shape == [0, 4])
    #expect(try read("line.npy").integers() == [12_345_678, 12_345_679, 12_345_680])
  }

  @Test func `a void of two bytes is bfloat16, as ml_dtypes saves it`() throws {
    let tensor = try read("bfloat16.npy")
    #expect(tensor.elementType == .bfloat16)
    #expect(try tensor.floats() == [1, -2.5, BFloat16.widened(BFloat16.rounded(3e38))])
  }

  @Test func `the layout is what the header says`() throws {
    #expect(try read("rows.npy").layout == StoredLayout())
    #expect(
      try read("columns.npy").layout == StoredLayout(order: .columnMajor, isBigEndian: true))
  }

  @Test(
    arguments: [
      "rows.npy", "columns.npy", "scalar.npy", "empty.npy", "line.npy", "bfloat16.npy",
    ])
  func `a file read and written is numpy's, byte for byte`(name: String) throws {
    let file = try fixture(name)
    let archive = try Npy().read(file)
    #expect(try written { try Npy().write(archive, to: $0) } == file.all())
  }

  @Test(arguments: [("complex", "complex"), ("text", "text"), ("records", "records")])
  func `what tensors cannot hold is named`(name: String, word: String) throws {
    let message = try failure { _ = try read(name + ".npy") }.description
    #expect(message.contains(word) && message.contains(name + ".npy"))
  }

  @Test func `an array of objects is a record of its values`() throws {
    let root = try Npy().read(fixture("objects.npy")).root
    #expect(
      try outline(root) == [
        "numpy.objects{", "shape: tuple[", "1", "]", "values: list[", "none", "]", "}",
      ])
  }

  @Test func `objects of another shape than the header's, and bytes after them`() throws {
    let bytes = try fixture("objects.npy").all()
    #expect(try refusal(bytes + [0]).contains("1 bytes more"))
    let text = String(decoding: bytes[10..<128], as: UTF8.self)
    let place = try #require(text.firstRange(of: "(1,)"))
    let index = 10 + text[..<place.lowerBound].utf8.count + 1
    var mutant = bytes
    mutant[index] = UInt8(ascii: "2")
    #expect(try refusal(mutant).contains("objects of shape [2]"))
  }

  @Test func `headers in any order, with any blanks and quotes are read`() throws {
    for header in [
      "{'shape':(),'descr':'<f4','fortran_order':False}",
      "  { \"descr\" : \"<f4\" , \"fortran_order\" : True , \"shape\" : ( 1L , 1 ) , }\n",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
    ] {
      let tensor = try Npy().read(mapped(npy(header, data: [0, 0, 128, 63]))).root.tensor()
      #expect(try tensor.floats() == [1])
    }
  }

  @Test(arguments: [[1, 0], [2, 0], [3, 0]] as [[UInt8]])
  func `versions 1.0 to 3.0 are read`(version: [UInt8]) throws {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}"
    let file = try mapped(npy(header, version: version, data: [8, 9]))
    #expect(try Npy().read(file).root.tensor().integers() == [8, 9])
  }

  @Test(arguments: [[0, 0], [1, 1], [4, 0], [255, 255]] as [[UInt8]])
  func `unknown versions`(version: [UInt8]) throws {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}"
    #expect(try refusal(npy(header, version: version, data: [8, 9])).contains("version"))
  }

  @Test func `truncation at every byte, and one byte more`() throws {
    let bytes = try fixture("rows.npy").all()
    for count in bytes.indices {
      #expect(throws: Failure.self) { try Npy().read(mapped(Array(bytes.prefix(count)))) }
    }
    #expect(try refusal(bytes + [0]).contains("expected 24 bytes for '<f4' [2, 3], found 25"))
  }

  @Test func `header over the limit`() throws {
    let blanks = String(repeating: " ", count: NpyHeader.limit)
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': ()}" + blanks
    #expect(try refusal(npy(header, version: [2, 0], data: [1])).contains("at most 65536 bytes"))
    var bytes = npy("", version: [3, 0])
    bytes.replaceSubrange(8..<12, with: [255, 255, 255, 255])
    #expect(try refusal(bytes).contains("at most"))
  }

  @Test func `header length past the end`() throws {
    var bytes = try fixture("rows.npy").all()
    bytes[9] = 0xFF
    #expect(try refusal(bytes).contains("npy header"))
  }

  @Test(
    arguments: [
      "(4611686018427387904, 4)", "(9223372036854775807, 9223372036854775807)",
      "(99999999999999999999,)", "(1000000000000,)",
    ])
  func `shapes that overflow, or claim terabytes`(shape: String) throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape)}"
    #expect(throws: Failure.self) { try Npy().read(mapped(npy(header, data: [0, 0, 0, 0]))) }
  }

  @Test(
    arguments: [
      "(-1,)", "(2.0,)", "(1e3,)", "(True,)", "(1+1,)", "((1,),)", "[1]", "1", "(1)", "(,)",
      "(1 1)", "(1,,1)", "(0x1,)", "('1',)", "(1_0,)", "None", "(1", "(", "()()",
      "(" + String(repeating: "1,", count: 65) + ")",
    ])
  func `shapes that are no tuple of lengths`(shape: String) throws {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape)}"
    #expect(throws: Failure.self) { try Npy().read(mapped(npy(header, data: [1]))) }
  }

  @Test(
    arguments: [
      "", "{", "{}", "[]", "None", "{'descr': '|u1'}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (), 'more': 1}",
      "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': ()}",
      "{'descr': '|u1', 'fortran_order': 0, 'shape': ()}",
      "{'descr': '|u1', 'fortran_order': Falsehood, 'shape': ()}",
      "{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}",
      "{'descr': '|u1'.lower(), 'fortran_order': False, 'shape': ()}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': ()} + {}",
      "{'descr': '|u1' 'fortran_order': False, 'shape': ()}",
      "{'descr': '|\\x751', 'fortran_order': False, 'shape': ()}",
      "{'descr': '|u1\u{0}', 'fortran_order': False, 'shape': ()}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': ()}#",
      "{descr: '|u1', 'fortran_order': False, 'shape': ()}",
      "{'descr': '|u1", "{'descr': 'ü1', 'fortran_order': False, 'shape': ()}",
    ])
  func `literals of another form`(header: String) throws {
    #expect(throws: Failure.self) { try Npy().read(mapped(npy(header, data: [1]))) }
  }

  @Test func `deep nesting`() throws {
    let deep = String(repeating: "(", count: 60_000)
    #expect(throws: Failure.self) { try Npy().read(mapped(npy(deep))) }
    let shape = "{'descr': '|u1', 'fortran_order': False, 'shape': \(deep)"
    #expect(throws: Failure.self) { try Npy().read(mapped(npy(shape))) }
  }

  @Test(
    arguments: [
      "", "f4", "=f4", "|f4", "<f3", "<f16", "<f12", "<V3", "|V8", "<c8", "<M8[s]", "O", "<O",
      "<U3",
      "|S3", "<U0", "<U-1", "<U999999", "<U٣", "wat", "<", "<f4,<i4",
    ])
  func `types that are unknown, or whose byte order is not said`(type: String) throws {
    let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (0,)}"
    #expect(try refusal(npy(header)).contains(type.allSatisfy(\.isASCII) ? "'\(type)'" : "ASCII"))
  }

  @Test func `booleans other than 0 and 1 are refused when they are read`() throws {
    let header = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}"
    let file = try mapped(npy(header, data: [0, 1, 2]))
    let tensor = try Npy().read(file).root.tensor()
    let message = try failure { _ = try tensor.bytes() }.description
    #expect(message == "\(file.path): array: expected 0 or 1 as boolean 2, found 2")
  }

  @Test func `every flipped bit of a header is refused or gives an array of the same size`() throws
  {
    let bytes = try fixture("rows.npy").all()
    for index in 0..<128 {
      for bit in 0..<8 {
        var mutant = bytes
        mutant[index] ^= 1 << bit
        guard let tensor = try? Npy().read(mapped(mutant)).root.tensor() else { continue }
        #expect(tensor.byteCount == 24)
      }
    }
  }

  @Test func `numbers become scalars of 64 bits`() throws {
    let values: [(Node, ElementType, Double)] = [
      (.integer(-5), .int64, -5), (.real(0.25), .float64, 0.25), (.bool(true), .bool, 1),
    ]
    for (value, type, number) in values {
      let bytes = try written { try Npy().write(Archive(value, format: "npy"), to: $0) }
      let tensor = try Npy().read(mapped(bytes)).root.tensor()
      #expect(tensor.elementType == type && tensor.shape == [])
      #expect(try tensor.doubles() == [number])
    }
  }

  /// A text as numpy keeps it, and the type string.
  private static let texts: [(Node, String, [UInt8])] = [
    (.text("q"), "<U1", [0x71, 0, 0, 0]), (.text(""), "<U1", [0, 0, 0, 0]),
    (.text("a\0😀"), "<U3", [0x61, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xF6, 1, 0]),
    (.bytes(Array("ab\0c".utf8)), "|S4", [0x61, 0x62, 0, 0x63]), (.bytes([]), "|S1", [0]),
  ]

  @Test(arguments: texts.indices)
  func `one text is read and written as numpy does`(index: Int) throws {
    let (value, type, data) = Self.texts[index]
    let bytes = try written { try Npy().write(Archive(value, format: "npy"), to: $0) }
    let text = String(decoding: bytes[10..<128], as: UTF8.self)
    #expect(text.hasPrefix("{'descr': '\(type)', 'fortran_order': False, 'shape': (), }"))
    #expect(Array(bytes[128...]) == data)
    #expect("\(try Npy().read(mapped(bytes)).root)" == "\(value)")
  }

  @Test func `big-endian and padded texts are read`() throws {
    let header = "{'descr': '>U3', 'fortran_order': False, 'shape': ()}"
    let data: [UInt8] = [0, 0, 0, 0x68, 0, 0, 0, 0x69, 0, 0, 0, 0]
    #expect("\(try Npy().read(mapped(npy(header, data: data))).root)" == "\(Node.text("hi"))")
  }

  @Test func `texts that are no Unicode, or end in a zero`() throws {
    let header = "{'descr': '<U1', 'fortran_order': False, 'shape': ()}"
    for data: [UInt8] in [[0, 0xD8, 0, 0], [0, 0, 0x11, 0], [255, 255, 255, 255]] {
      #expect(try refusal(npy(header, data: data)).contains("Unicode"))
    }
    for value in [Node.text("a\0"), .bytes([1, 0])] {
      let failure = try failure {
        _ = try written { try Npy().write(Archive(value, format: "npy"), to: $0) }
      }
      #expect(failure.kind == .usage)
    }
  }

  @Test func `a tree is an array of one object`() throws {
    let tensor = try Tensor(floats: [1, 2], shape: [2])
    let tree = Node.dict([("a", .dict([("w", .tensor(tensor))])), ("step", .integer(3))])
    let bytes = try written { try Npy().write(Archive(tree, format: "npy"), to: $0) }
    #expect(
      String(decoding: bytes[10..<128], as: UTF8.self)
        .hasPrefix("{'descr': '|O', 'fortran_order': False, 'shape': (), }"))
    #expect(try outline(Npy().read(mapped(bytes)).root) == outline(tree))
  }
}
