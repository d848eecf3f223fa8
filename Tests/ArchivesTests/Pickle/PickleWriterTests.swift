import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Writing pickles")
struct PickleWriterTests {
  private func rewritten(_ node: Node, _ version: PickleFile.Version) throws -> Node {
    let format = PickleFile(version: version)
    let bytes = try written { try format.write(Archive(node, format: "pickle"), to: $0) }
    return try format.read(mapped(bytes)).root
  }

  @Test(
    arguments: ["protocol2", "protocol4", "protocol5", "dill"], [PickleFile.Version.two, .four])
  func `what Python wrote comes back as the same tree`(
    name: String, version: PickleFile.Version
  ) throws {
    let node = try PickleFile().read(fixture("pickles/\(name).pkl")).root
    #expect(try outline(rewritten(node, version)) == outline(node))
  }

  @Test(
    .enabled(if: Shared.isPresent, Shared.why),
    arguments: [
      "deepmind/tiny_published_style.pkl", "deepmind/tiny_haiku_byol.pkl",
      "deepmind/tiny_flatmapping.pkl", "deepmind/tiny_haiku_byol.proto4.pkl",
      "deepmind/tiny_haiku_byol.jaxarrays.pkl", "deepmind/tiny_linear_eval.pkl",
      "deepmind/tiny_haiku_byol_basicblock.pkl", "deepmind/tiny_haiku_byol_v2.pkl",
      "deepmind/tiny_haiku_online_params.pkl", "dialects/passl_tiny.pdparams",
    ], [PickleFile.Version.two, .four])
  func `genuine states come back as the same tree`(
    name: String, version: PickleFile.Version
  ) throws {
    let node = try PickleFile().read(MappedFile(Shared.path("fixtures/\(name)"))).root
    #expect(try outline(rewritten(node, version)) == outline(node))
  }

  @Test(
    .enabled(if: Shared.isPresent, Shared.why),
    arguments: ["tiny_haiku_byol.npy", "tiny_haiku_online_params.npy"])
  func `genuine npy files of a state come back as the same tree`(name: String) throws {
    let node = try Npy().read(MappedFile(Shared.path("fixtures/deepmind/\(name)"))).root
    let bytes = try written { try Npy().write(Archive(node, format: "npy"), to: $0) }
    #expect(try outline(Npy().read(mapped(bytes)).root) == outline(node))
  }

  @Test(
    arguments: [
      "cm\nA\u{301}.\u{301}b\n.", "c\nA\n.", "czoneinfo\nZoneInfo._unpickle\n.",
      "cm.\nA\n.", "cm\n.\n.", "c\n\n.",
      "cm.n\n\(String(repeating: "A", count: 256))\n.",
    ], [PickleFile.Version.two, .four])
  func `odd names of classes come back`(pickle: String, version: PickleFile.Version) throws {
    let node = try Pickle(HeapBytes(Array(pickle.utf8))).node()
    #expect(try outline(rewritten(node, version)) == outline(node))
  }

  /// A record's entries from text keys.
  private static func record(_ type: String, _ entries: [(String, Node)]) -> Node {
    .record(type: type, entries.map { Node.Entry(.text($0.0), $0.1) })
  }

  private static let records: [Node] = [
    record("a.b.State", [("x", .integer(1)), ("y", .none)]),
    record("a.b:Outer.State", [("x", .integer(1))]),
    .record(type: "a.b.Empty", []),
    .record(type: "a.b.Plain", [Node.Entry(.number(0), .text("z"))]),
    .record(type: "a.b:Outer.Inner", [Node.Entry(.number(0), .text("z"))]),
    record("a.b.Called", [("__args__", .sequence(kind: "tuple", [.integer(1), .integer(2)]))]),
    record("a.b.Object", [("__state__", .dict([("level", .integer(1))]))]),
    record(
      "a.b.Odd",
      [
        ("__args__", .sequence(kind: "tuple", [])), ("__state__", .none),
        ("__items__", .sequence(kind: "list", [.integer(1)])),
        ("__pairs__", .dict([("k", .integer(1))])),
      ]),
    record("a.b.Named", [("__kwargs__", .dict([("k", .integer(1))]))]),
    record("class", [("name", .text("a.b:C.d"))]),
    record(
      "class", [("name", .text("a.b.T")), ("fields", .sequence(kind: "tuple", [.text("x")]))]),
    record("int", [("value", .text("-0xffffffffffffffffff"))]),
    .mapping(kind: "frozendict", [Node.Entry(.text("w"), .integer(1))]),
    .mapping(kind: "FlatMapping", [Node.Entry(.text("w"), .integer(1))]),
    .mapping(kind: "FrozenDict", [Node.Entry(.text("w"), .integer(1))]),
    .mapping(kind: "defaultdict", [Node.Entry(.number(-5), .integer(1))]),
    .bytes((0...255).map { UInt8($0) }), .text(String(repeating: "ä", count: 200_000)),
  ]

  @Test(arguments: records.indices, [PickleFile.Version.two, .four])
  func `records of every form come back`(index: Int, version: PickleFile.Version) throws {
    let node = Node.sequence(kind: "list", [Self.records[index], Self.records[index]])
    #expect(try outline(rewritten(node, version)) == outline(node))
  }

  @Test(arguments: [PickleFile.Version.two, .four], ElementType.allCases)
  func `tensors of every type, order and byte order come back`(
    version: PickleFile.Version, type: ElementType
  ) throws {
    let bytes = (0..<6 * type.byteCount).map { UInt8(type == .bool ? $0 % 2 : $0 * 41 % 256) }
    for order in [StoredLayout.Order.rowMajor, .columnMajor] {
      for isBigEndian in [false, true] where !isBigEndian || type.byteCount > 1 {
        var tensor = try Tensor(type, shape: [2, 3], bytes: bytes)
        tensor.layout = StoredLayout(order: order, isBigEndian: isBigEndian)
        let back = try rewritten(.tensor(tensor), version).tensor()
        #expect(back.layout == tensor.layout)
        #expect(try back.hasSameBits(as: tensor))
      }
    }
  }

  @Test func `a shared tensor is written once`() throws {
    var tensor = try Tensor(floats: (0..<10_000).map(Float.init), shape: [10_000])
    tensor.layout.sharing = 5
    let tree = Node.dict([("a", .tensor(tensor)), ("b", .tensor(tensor)), ("c", .none)])
    let bytes = try written {
      try PickleFile().write(Archive(tree, format: "pickle"), to: $0)
    }
    #expect(bytes.count < 41_000)
    let root = try PickleFile().read(mapped(bytes)).root
    #expect(try root["a"]?.tensor().layout.sharing == 0)
    #expect(try root["b"]?.tensor().layout.sharing == 0)
    #expect(try root["b"]?.tensor().hasSameBits(as: tensor) == true)
  }

  @Test(arguments: [PickleWriter.Version.two, .four])
  func `the size is known before the bytes`(version: PickleWriter.Version) throws {
    let node = try PickleFile().read(fixture("pickles/protocol4.pkl")).root
    var bytes = 0
    try PickleWriter(version) { bytes += $0.count }.write(node)
    #expect(try PickleWriter.size(of: node, version) == bytes)
  }

  @Test(
    arguments: [
      .record(type: "a.B", [Node.Entry(.number(1), .none)]),
      .record(type: "a.B", [Node.Entry(.number(0), .none), Node.Entry(.text("x"), .none)]),
      .record(type: "class", []), .record(type: "int", []), .record(type: "numpy.scalar", []),
    ] as [Node])
  func `records of no known form are refused`(node: Node) throws {
    #expect(try failure { _ = try rewritten(node, .four) }.kind == .usage)
  }

  @Test func `a hook can write tensors in its own way`() throws {
    let tensor = try Tensor(floats: [1], shape: [1])
    var bytes: [UInt8] = []
    let writer = PickleWriter(.two) { bytes += $0 }
    writer.tensorWriter = { writer, tensor in
      try writer.tuple([.text("storage"), .integer(tensor.count)])
      try writer.put(.binPersistentID)
    }
    try writer.write(.dict([("w", .tensor(tensor))]))
    var meanings = PickleMeanings.standard
    meanings.persistentID = { $0 }
    #expect(
      try outline(Pickle(HeapBytes(bytes), meanings).node())
        == ["dict(", "w: tuple[", "'storage'", "1", "]", ")"])
  }
}
