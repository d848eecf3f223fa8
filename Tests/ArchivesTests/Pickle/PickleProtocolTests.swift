import Tensors
import Testing

@testable import Archives

/// Pickles that Python made; see `Fixtures/pickles/make.py`.
@Suite("Pickles of every protocol")
struct PickleProtocolTests {
  private func read(_ name: String) throws -> Node {
    try PickleFile().read(fixture("pickles/\(name).pkl")).root
  }

  /// The outline without an array that protocol 5 makes by another function and that is no tensor.
  private func common(_ node: Node) throws -> [String] {
    guard case .mapping(let kind, let entries) = node else { return [] }
    return try outline(.mapping(kind: kind, entries.filter { $0.key != .text("complex array") }))
  }

  @Test func `all protocols hold the same tree`() throws {
    let expected = try common(read("protocol4"))
    #expect(expected.count > 150)
    for version in [0, 1, 2, 3, 5] {
      #expect(try common(read("protocol\(version)")) == expected, "protocol \(version)")
    }
  }

  @Test(arguments: 0...5)
  func `files are recognised by their content`(version: Int) throws {
    let file = try fixture("pickles/protocol\(version).pkl")
    #expect(try Formats.recognising(file).name == "pickle")
  }

  @Test func `arrays have their types, orders and numbers`() throws {
    let root = try read("protocol2")
    #expect(try root["rows"]?.tensor().floats() == [0, 1, 2, 3, 4, 5])
    let columns = try #require(root["columns"]).tensor()
    #expect(columns.layout == StoredLayout(order: .columnMajor, isBigEndian: true))
    #expect(try columns.doubles() == [0, 1, 2, 3, 4, 5])
    #expect(try root["high bytes"]?.tensor().integers() == Array(0...255))
    #expect(try root["bool"]?.tensor().integers() == [1, 0])
    #expect(try root["bfloat16"]?.tensor().elementType == .bfloat16)
    #expect(try root["bfloat16"]?.tensor().floats() == [1, -2.5])
    #expect(try root["empty"]?.tensor().shape == [0, 4])
    #expect(try root["without axes"]?.tensor().shape == [])
    guard case .record("numpy.scalar", _)? = root["scalar"] else {
      Issue.record("no scalar")
      return
    }
    #expect(try root["scalar"]?["value"]?.tensor().floats() == [0.5])
  }

  @Test func `one array under two names says so, and no other array does`() throws {
    let root = try read("protocol4")
    #expect(try root["one"]?.tensor().layout.sharing == 0)
    #expect(try root["two"]?.tensor().layout.sharing == 0)
    #expect(try root["columns"]?.tensor().layout.sharing == nil)
  }

  @Test(
    arguments: [
      (
        "numbers",
        "list[ 0 255 256 65535 65536 -1 2147483647 -2147483648 9223372036854775807 "
          + "-9223372036854775808 ]"
      ),
      (
        "bytes", "list[ bytes [] bytes [0, 128, 255] bytes \([UInt8](repeating: 120, count: 300)) ]"
      ),
      ("bytearray", "bytearray{ value: bytes [0, 255] }"),
      (
        "long",
        "list[ int{ value: '0x8000000000000000' } int{ value: '-0x8000000000000001' } "
          + "int{ value: '0x1\(String(repeating: "0", count: 50))' } "
          + "int{ value: '-0x1\(String(repeating: "0", count: 50))' } ]"
      ),
      ("set", "set{ #0: 1 }"), ("frozenset", "frozenset{ #0: 2 }"), ("none", "none"),
      ("flags", "tuple[ true false ]"), ("ordered", "OrderedDict( b: 1 a: 2 )"),
      ("counter", "Counter( a: 2 b: 1 )"), ("default", "defaultdict builtins.list( k: list[ 1 ] )"),
      ("odd keys", "dict{ __pairs__: list[ tuple[ tuple[ 1 2 ] 3 ] tuple[ none 4 ] ] }"),
      ("class", "class{ name: 'collections.OrderedDict' }"),
      ("slice", "builtins.slice{ __args__: tuple[ 1 none 2 ] }"),
      ("objects", "numpy.objects{ shape: tuple[ 2 ] values: list[ none 'x' ] }"),
    ])
  func `values are what Python's were`(key: String, expected: String) throws {
    for version in 0...5 {
      let value = try #require(read("protocol\(version)")[key])
      #expect(try outline(value).joined(separator: " ") == expected, "protocol \(version)")
    }
  }

  @Test func `texts are whole, and keys can be numbers`() throws {
    for version in 0...5 {
      let root = try read("protocol\(version)")
      let texts = try #require(root["text"]?.children?.map(\.value))
      #expect(
        try texts.flatMap(outline)
          == ["''", "'a\nb\\c'", "'ä€😀'", "'\(String(repeating: "x", count: 300))'"])
      #expect(root.children?.contains { $0.key == .number(7) } == true)
    }
  }

  @Test func `named tuples have the names that the pickle holds, and numbers where it holds none`()
    throws
  {
    let plain = try #require(read("protocol4")["state"])
    #expect(try outline(plain).first == "__main__.State{")
    #expect(plain.children?.map(\.key) == [.number(0), .number(1)])
    let dill = try #require(read("dill")["state"])
    #expect(try outline(dill).first == "__main__.State{")
    #expect(dill.children?.map(\.key) == [.text("params"), .text("step")])
    #expect(try dill["params"]?["w"]?.tensor().floats() == [0, 1, 2, 3, 4, 5])
  }

  /// Pickles of Python 2: a `str` is text where it can be, and an array's bytes where they are asked for.
  @Test func `texts and arrays of Python 2`() throws {
    func node(_ text: String, _ more: [UInt8] = []) throws -> [String] {
      try outline(Pickle(HeapBytes(Array(text.utf8) + more)).node())
    }
    #expect(try node("(dp0\nS'a'\np1\nI1\ns.") == ["dict(", "a: 1", ")"])
    #expect(try node("S'a\\n\\xff\\''\n.") == ["bytes [97, 10, 255, 39]"])
    #expect(try node("U\u{2}ab.") == ["'ab'"])
    let array =
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I2\ntcnumpy\ndtype\n"
      + "(S'f4'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nU\u{8}"
    let root = try Pickle(
      HeapBytes(Array(array.utf8) + [0, 0, 128, 63, 0, 0, 0, 64] + Array("tb.".utf8))
    )
    .node()
    #expect(try root.tensor().floats() == [1, 2])
  }

  @Test func `several pickles one after another say where each ends`() throws {
    let source = HeapBytes([0x80, 2, 0x4B, 1, 0x2E, 0x80, 2, 0x4B, 2, 0x2E, 9])
    let first = try Pickle(source)
    let second = try Pickle(source, at: first.end)
    #expect(first.value.integer == 1 && second.value.integer == 2 && second.end == 10)
  }

  @Test func `callers give persistent ids and further names a meaning`() throws {
    var meanings = PickleMeanings.standard
    meanings.persistentID = { id in .text("storage \(id.tuple?.last?.integer ?? -1)") }
    meanings.constructors["mine.make"] = { call in
      .tuple([.text(call.function.spelling)] + call.arguments)
    }
    let bytes = Array("cmine\nmake\n(K\u{1}K\u{2}\u{86}QtR.".utf8)
      .filter { $0 != 0xC2 }  // the opcode TUPLE2 alone
    let node = try Pickle(HeapBytes(bytes), meanings).node()
    #expect(try outline(node) == ["tuple[", "'mine.make'", "'storage 2'", "]"])
  }
}
