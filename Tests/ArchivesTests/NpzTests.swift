import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("npz files")
struct NpzTests {
  /// A tensor of the numbers 0 to 5, of shape [2, 3], in the layout asked for.
  private func sample(_ type: ElementType, _ layout: StoredLayout) throws -> Tensor {
    let values = (0..<6).map { type == .bool ? $0 % 2 : $0 }
    let order = layout.order == .columnMajor ? [0, 3, 1, 4, 2, 5] : Array(0..<6)
    let bytes = order.flatMap { index -> [UInt8] in
      let bytes = littleEndian(values[index], type)
      return layout.isBigEndian ? bytes.reversed() : bytes
    }
    return try Tensor(
      type, shape: [2, 3], strides: layout.order == .columnMajor ? [1, 2] : nil,
      bigEndian: layout.isBigEndian, source: HeapBytes(bytes))
  }

  private func littleEndian(_ value: Int, _ type: ElementType) -> [UInt8] {
    func bytes(_ value: some BitwiseCopyable) -> [UInt8] {
      withUnsafeBytes(of: value) { Array($0) }
    }
    return switch type {
    case .float16: bytes(Float16(value))
    case .bfloat16: bytes(BFloat16.rounded(Float(value)))
    case .float32: bytes(Float(value))
    case .float64: bytes(Double(value))
    default: Array(bytes(value).prefix(type.byteCount))
    }
  }

  private func roundTrip(_ root: Node, compressed: Bool = false) throws -> Node {
    let npz = Npz(compressed: compressed)
    let bytes = try written { try npz.write(Archive(root, format: "npz"), to: $0) }
    return try Npz().read(mapped(bytes)).root
  }

  private static let layouts = [
    StoredLayout(), StoredLayout(isBigEndian: true), StoredLayout(order: .columnMajor),
    StoredLayout(order: .columnMajor, isBigEndian: true),
  ]

  @Test(arguments: ElementType.allCases, [false, true])
  func `every type comes back in its order and byte order`(
    type: ElementType, compressed: Bool
  ) throws {
    let tensors = try Self.layouts.map { try sample(type, $0) }
    let entries = tensors.enumerated().map { ("\($0)", Node.tensor($1)) }
    let children = try #require(try roundTrip(.dict(entries), compressed: compressed).children)
    #expect(children.map(\.key) == (0..<4).map { .text("\($0)") })
    for (child, tensor) in zip(children, tensors) {
      let copy = try child.value.tensor()
      #expect(copy.layout == tensor.layout)
      #expect(try copy.hasSameBits(as: tensor))
      #expect(try copy.doubles() == (0..<6).map { type == .bool ? Double($0 % 2) : Double($0) })
    }
  }

  @Test func `numpy's types, orders and byte orders are read`() throws {
    let root = try Npz().read(fixture("types.npz")).root
    #expect(root.children?.count == 6 + 4 * 9)
    for entry in try #require(root.children) {
      let parts = entry.key.description.split(separator: ".").map(String.init)
      let tensor = try entry.value.tensor()
      let type = try #require(ElementType(rawValue: parts[0]))
      #expect(tensor.elementType == type)
      #expect(
        tensor.layout
          == StoredLayout(
            order: parts[1] == "F" ? .columnMajor : .rowMajor, isBigEndian: parts[2] == "big"))
      #expect(try tensor.hasSameBits(as: sample(type, StoredLayout())))
    }
  }

  @Test func `keys are kept whole and in order`() throws {
    let root = try Npz().read(fixture("stored.npz")).root
    let keys = root.children?.map(\.key.description)
    #expect(keys == ["online_params/a/~/w", "scalar", "ä"])
    #expect(try root["scalar"]?.tensor().doubles() == [0.5])
    #expect(try root["ä"]?.tensor().shape == [0, 3])
    #expect(try roundTrip(root).children?.map(\.key.description) == keys)
  }

  @Test func `elements written are at multiples of 64`() throws {
    let tensor = try Tensor(floats: [1, 2, 3], shape: [3])
    let bytes = try written {
      try Npz().write(
        Archive(.dict([("a", .tensor(tensor)), ("bc", .bool(true))]), format: "npz"), to: $0)
    }
    let zip = try ZipReader(HeapBytes(bytes))
    for member in zip.members {
      let header = try NpyHeader.read { try zip.beginning(of: member, count: $0) }
      #expect((member.range.lowerBound + header.dataOffset) % 64 == 0)
    }
  }

  @Test func `the same archive gives the same bytes`() throws {
    let archive = try Npz().read(fixture("types.npz"))
    let once = try written { try Npz().write(archive, to: $0) }
    #expect(try written { try Npz().write(archive, to: $0) } == once)
    let again = try Npz().read(mapped(once))
    #expect(try written { try Npz().write(again, to: $0) } == once)
  }

  @Test func `numbers become scalars, and text stays text`() throws {
    let root = try roundTrip(
      .dict([("i", .integer(7)), ("r", .real(0.5)), ("b", .bool(false)), ("t", .text("SGD"))]))
    #expect("\(root["t"] ?? .none)" == "\(Node.text("SGD"))")
    #expect(try root["i"]?.tensor().integers() == [7])
    #expect(try root["r"]?.tensor().doubles() == [0.5])
    #expect(try root["b"]?.tensor().elementType == .bool)
  }

  @Test(arguments: [false, true], [false, true])
  func `tensors of several slabs come back`(compressed: Bool, transposed: Bool) throws {
    let base = try Tensor(floats: (0..<1_200_000).map(Float.init), shape: [1000, 1200])
    let tensor = transposed ? base.permuted([1, 0]) : base
    let root = try roundTrip(
      .dict([("x", .bool(true)), ("t", .tensor(tensor))]), compressed: compressed)
    #expect(try root["t"]?.tensor().hasSameBits(as: tensor) == true)
    #expect(try root["x"]?.tensor().integers() == [1])
  }

  @Test func `strided tensors are written row-major`() throws {
    let base = try Tensor(floats: Array(0..<24).map(Float.init), shape: [2, 3, 4])
    let view = base.permuted([1, 2, 0])
    let copy = try roundTrip(.dict([("v", .tensor(view))]))["v"]?.tensor()
    #expect(copy?.layout == StoredLayout())
    #expect(try copy?.floats() == view.floats())
  }

  @Test(arguments: [("t", Node.text("x\0")), ("raw", .bytes([0]))])
  func `values that npz cannot hold are refused by name`(key: String, value: Node) throws {
    let failure = try failure { _ = try roundTrip(.dict([(key, value)])) }
    #expect(failure.kind == .usage && failure.place == key)
  }

  @Test(
    arguments: [
      Node.none, .dict([("a", .integer(1))]), .sequence(kind: "list", []),
      .record(
        type: "numpy.objects",
        [
          Node.Entry(.text("shape"), .sequence(kind: "tuple", [.integer(2)])),
          Node.Entry(.text("values"), .sequence(kind: "list", [.none, .text("x")])),
        ]),
    ], [false, true])
  func `other values are arrays of objects`(value: Node, compressed: Bool) throws {
    let root = try roundTrip(
      .dict([("before", .integer(1)), ("v", value)]), compressed: compressed)
    #expect(try outline(root["v"] ?? .bool(false)) == outline(value))
  }

  @Test func `a bomb of objects`() throws {
    let zeros = try Tensor(.uint8, shape: [1 << 25], bytes: [UInt8](repeating: 0, count: 1 << 25))
    let bytes = try written {
      let tree = Node.dict([("a", .dict([("b", .tensor(zeros))]))])
      try Npz(compressed: true).write(Archive(tree, format: "npz"), to: $0)
    }
    #expect(bytes.count < 1 << 20)
    #expect(try failure { _ = try Npz().read(mapped(bytes)) }.description.contains("16777216"))
  }

  @Test func `trees that are no dictionary of text keys are refused`() throws {
    #expect(try failure { _ = try roundTrip(.integer(1)) }.kind == .usage)
    let numbered = Node.mapping(kind: "dict", [Node.Entry(.number(0), .integer(1))])
    #expect(try failure { _ = try roundTrip(numbered) }.kind == .usage)
    #expect(try failure { _ = try roundTrip(.dict([("", .integer(1))])) }.kind == .usage)
  }

  @Test func `members that are no npy files`() throws {
    let zip = RawZip(RawZip.Member("data.pkl", [1]))
    let message = try failure { _ = try Npz().read(mapped(zip.bytes)) }.description
    #expect(message.contains("data.pkl") && message.contains(".npy"))
    #expect(throws: Failure.self) {
      try Npz().read(mapped(RawZip(RawZip.Member(".npy", try fixture("rows.npy").all())).bytes))
    }
  }

  @Test func `a bomb of texts`() throws {
    let text = Node.text(String(repeating: "a", count: 1 << 18))
    let bomb = Node.dict((0..<20).map { ("t\($0)", text) })
    let bytes = try written {
      try Npz(compressed: true).write(Archive(bomb, format: "npz"), to: $0)
    }
    #expect(bytes.count < 40_000)
    let message = try failure { _ = try Npz().read(mapped(bytes)) }.description
    #expect(message.contains("'t15.npy'") && message.contains("16777216 bytes"))
  }

  @Test func `a damaged array is named when it is read`() throws {
    var bytes = try fixture("rows.npy").all()
    let member = RawZip.Member("w.npy", bytes)
    var zip = RawZip(member)
    bytes[140] ^= 4
    zip.members[0].data = bytes
    let tensor = try #require(try Npz().read(mapped(zip.bytes)).root["w"]).tensor()
    let message = try failure { _ = try tensor.floats() }.description
    #expect(message.contains("w.npy") && message.contains("CRC-32"))
  }

  @Test func `a damaged array without elements is named, too`() throws {
    var bytes = try Array(fixture("rows.npy").all().prefix(128))
    bytes.replace(Array("(2, 3)".utf8), with: Array("(0, 3)".utf8))
    var zip = RawZip(RawZip.Member("w.npy", bytes))
    bytes[bytes.count - 2] = UInt8(ascii: "\t")
    zip.members[0].data = bytes
    let tensor = try #require(try Npz().read(mapped(zip.bytes)).root["w"]).tensor()
    #expect(tensor.count == 0)
    let message = try failure { try tensor.forEachSlab { _ in } }.description
    #expect(message.contains("w.npy") && message.contains("CRC-32"))
  }

  @Test func `an array shorter than its member`() throws {
    let bytes = try fixture("rows.npy").all() + [0]
    let zip = RawZip(RawZip.Member("w.npy", bytes))
    let message = try failure { _ = try Npz().read(mapped(zip.bytes)) }.description
    #expect(message.contains("'w.npy'") && message.contains("expected 24 bytes"))
  }

  @Test func `content decides, not the name`() throws {
    #expect(try Formats.recognising(fixture("types.npz")).name == "npz")
    #expect(try Formats.recognising(fixture("rows.npy")).name == "npy")
    #expect(try Formats.recognising(mapped(RawZip().bytes)).name == "npz")
    #expect(!Npz().recognises(try mapped(RawZip(RawZip.Member("m/data.pkl", [1])).bytes)))
    #expect(!Npz().recognises(try mapped([0x50, 0x4B, 3, 4])))
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `a haiku checkpoint of DeepMind's code comes back bit for bit`() throws {
    let path = Shared.path("fixtures/deepmind/tiny_haiku_byol.npz")
    let archive = try Npz().read(MappedFile(path))
    let copy = try roundTrip(archive.root)
    let pairs = zip(archive.leaves, Archive(copy, format: "npz").leaves)
    #expect(archive.leaves.count > 100)
    for (leaf, other) in pairs {
      #expect(leaf.name == other.name)
      let (one, two) = (try leaf.value.tensor(), try other.value.tensor())
      #expect(one.layout == two.layout)
      #expect(try one.hasSameBits(as: two))
    }
  }
}
