import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Writing PyTorch files")
struct TorchWriterTests {
  private func bytes(_ root: Node) throws -> [UInt8] {
    try written { try Torch().write(Archive(root, format: "torch"), to: $0) }
  }

  private func roundTrip(_ root: Node) throws -> Node {
    let file = try mapped(bytes(root))
    #expect(try Formats.recognising(file).name == "torch")
    return try Torch().read(file).root
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why), arguments: TorchReference.all)
  func `genuine files come back as the same tree`(reference: TorchReference) throws {
    let file = try reference.file
    let root = try Formats.recognising(file).read(file).root
    #expect(try description(roundTrip(root)) == description(root))
  }

  @Test(arguments: ["kinds", "unsigned", "module", "nested_module", "script"])
  func `files of every kind come back, but for strides with gaps`(name: String) throws {
    let file = try fixture("torch/\(name).pt")
    var root = try Formats.recognising(file).read(file).root
    if name == "kinds" {
      // PyTorch's own storage of these has more elements, or fewer, than they.
      root = try without(["every other", "spread"], in: root)
    }
    #expect(try description(roundTrip(root)) == description(root))
  }

  private func without(_ names: [String], in root: Node) throws -> Node {
    guard case .mapping(let kind, let entries) = root else { return root }
    return .mapping(
      kind: kind,
      try entries.filter { !names.contains($0.key.description) }
        .map { Node.Entry($0.key, try without(names, in: $0.value)) })
  }

  @Test(arguments: ElementType.allCases, [false, true])
  func `every type comes back, little-endian`(type: ElementType, isBig: Bool) throws {
    let pattern = [UInt8](
      (0..<6 * type.byteCount).map { type == .bool ? UInt8($0 % 2) : UInt8($0) })
    let tensor = try Tensor(
      type, shape: [2, 3], strides: [1, 2], bigEndian: isBig, source: HeapBytes(pattern))
    let scalar = try Tensor(type, shape: [], bytes: Array(pattern.prefix(type.byteCount)))
    let empty = try Tensor(type, shape: [2, 0], bytes: [])
    let root = try roundTrip(
      .dict([("a", .tensor(tensor)), ("b", .tensor(scalar)), ("c", .tensor(empty))]))
    let copy = try #require(try root["a"]?.tensor())
    #expect(try copy.hasSameBits(as: tensor))
    #expect(copy.layout == StoredLayout(order: .columnMajor))
    #expect(try root["b"]?.tensor().hasSameBits(as: scalar) == true)
    #expect(try root["c"]?.tensor().shape == [2, 0])
  }

  @Test(arguments: [
    [24, 1, 8, 2], [1, 12, 4, 2], [24, 12, 1, 3], [24, 12, 4, 1], [0, 12, 4, 1], [24, 24, 8, 2],
    [24, 12, 4, 0], [12, 4, 1], [-24, 12, 4, 1], [1 << 40, 12, 4, 1], [Int.max, Int.max, 4, 1],
  ])
  func `strides are kept where they leave no gaps, and lie about nothing`(strides: [Int]) throws {
    var tensor = try Tensor(floats: (0..<24).map { Float($0) }, shape: [1, 2, 3, 4])
    tensor.layout.order = .strided(strides)
    let copy = try #require(try roundTrip(.dict([("a", .tensor(tensor))]))["a"]?.tensor())
    #expect(try copy.floats() == (0..<24).map { Float($0) })
    if [[24, 1, 8, 2], [24, 12, 1, 3]].contains(strides) {
      #expect(copy.layout.order == .strided(strides))
    }
  }

  @Test func `tensors that share a number have one storage`() throws {
    var tensor = try Tensor(floats: [1, 2, 3], shape: [3])
    tensor.layout.sharing = 5
    let other = try Tensor(floats: [4], shape: [1])
    let bytes = try bytes(
      .dict([("a", .tensor(tensor)), ("b", .tensor(other)), ("c", .tensor(tensor))]))
    let zip = try ZipReader(HeapBytes(bytes))
    #expect(zip.members.filter { $0.name.hasPrefix("archive/data/") }.map(\.size) == [12, 4])
    let root = try Torch().read(mapped(bytes)).root
    #expect(try root["a"]?.tensor().layout.sharing == 0)
    #expect(try root["b"]?.tensor().layout.sharing == nil)
    #expect(try root["c"]?.tensor().layout.sharing == 0)
  }

  @Test func `the members are PyTorch's, aligned, and the same archive gives the same bytes`()
    throws
  {
    let tensors = try (1...40).map { count in
      (
        "t\(count)",
        Node.tensor(try Tensor(floats: [Float](repeating: 1, count: count), shape: [count]))
      )
    }
    let bytes = try bytes(.dict(tensors))
    #expect(try bytes == self.bytes(.dict(tensors)))
    let zip = try ZipReader(HeapBytes(bytes))
    #expect(
      zip.members.map(\.name).prefix(3) == [
        "archive/data.pkl", "archive/byteorder", "archive/data/0",
      ])
    #expect(
      zip.members.map(\.name).suffix(2) == ["archive/version", "archive/.data/serialization_id"])
    for member in zip.members {
      #expect(member.range.lowerBound % 64 == 0)
      #expect(member.method == .stored)
      try zip.check(member)
      var field = member.range.lowerBound
      while bytes[field - 1] == UInt8(ascii: "Z") { field -= 1 }
      #expect(bytes[field - 4..<field - 2] == [0x46, 0x42])
    }
    #expect(zip["archive/.data/serialization_id"]?.size == 40)
  }

  @Test func `other containers and values come back as they were`() throws {
    let tensor = Node.tensor(try Tensor(floats: [1], shape: []))
    let root = Node.mapping(
      kind: "OrderedDict",
      [
        Node.Entry(.text("tuple"), .sequence(kind: "tuple", [.none, .bool(true), .real(.nan)])),
        Node.Entry(
          .number(-3), .sequence(kind: "list", [.integer(.min), .text("ä\n"), .bytes([0, 255])])),
        Node.Entry(
          .text("logger"),
          .record(
            type: "my.Logger",
            [Node.Entry(.text("__state__"), .dict([("weights", tensor)]))])),
      ])
    #expect(try description(roundTrip(root)) == description(root))
    #expect(try description(roundTrip(tensor)) == description(tensor))
  }
}
