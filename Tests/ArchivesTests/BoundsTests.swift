import TestSupport
import Tensors
import Testing

@testable import Archives

/// Sources at the limits: many tensors, long names, deep trees.
@Suite("Large, long and deep sources") struct BoundsTests {
  /// The formats of trees.
  private static let trees: [any ArchiveFormat] = [Npy(), Torch(), PickleFile(), Msgpack()]
  private static let all: [any ArchiveFormat] = trees + [Npz(), Safetensors()]

  private func written(_ root: Node, by format: any ArchiveFormat) throws -> [UInt8] {
    try ArchivesTests.written { try format.write(Archive(root, format: format.name), to: $0) }
  }

  private func roundTrip(_ root: Node, by format: any ArchiveFormat) throws -> Archive {
    try format.read(mapped(written(root, by: format)))
  }

  /// Containers inside one another, and a tensor in the innermost.
  private func nested(_ levels: Int) throws -> Node {
    let tensor = Node.tensor(try Tensor(floats: [7], shape: [1]))
    return (0..<levels).reduce(tensor) { node, _ in .dict([("d", node)]) }
  }

  @Test(arguments: all.indices)
  func `twenty thousand tensors come back`(index: Int) throws {
    let count = 20_000
    let tree = Node.dict(
      try (0..<count).map {
        ("layer\($0).weight", .tensor(try Tensor(floats: [Float($0)], shape: [1])))
      })
    let leaves = try roundTrip(tree, by: Self.all[index]).leaves
    #expect(leaves.count == count)
    for number in [0, 1, 9_999, count - 1] {
      #expect(leaves[number].name == "layer\(number).weight")
      #expect(try leaves[number].value.tensor().floats() == [Float(number)])
    }
  }

  /// Each in a container of its own, as many frameworks have it.
  @Test(arguments: trees.indices)
  func `five thousand containers come back`(index: Int) throws {
    let tree = Node.dict(
      try (0..<5000).map { number in
        ("layer\(number)", .dict([("w", .tensor(try Tensor(floats: [Float(number)], shape: [1])))]))
      })
    let leaves = try roundTrip(tree, by: Self.trees[index]).leaves
    #expect(leaves.count == 5000)
    #expect(leaves.last?.name == "layer4999/w" || leaves.last?.name == "layer4999.w")
    #expect(try leaves.last?.value.tensor().floats() == [4999])
  }

  @Test(arguments: all.indices)
  func `a name of 100 kB comes back, or is refused in a short sentence`(index: Int) throws {
    let (format, name) = (Self.all[index], String(repeating: "n", count: 100_000))
    let tree = Node.dict([(name, .tensor(try Tensor(floats: [7], shape: [1])))])
    if format is Npz {
      // A zip file counts the bytes of a name with 16 bits.
      let failure = try failure { _ = try roundTrip(tree, by: format) }
      #expect(failure.kind == .usage)
    } else {
      let leaf = try #require(try roundTrip(tree, by: format).leaves.first)
      #expect(leaf.name == name)
      #expect(try leaf.value.tensor().floats() == [7])
    }
  }

  @Test(arguments: trees.indices)
  func `64 levels come back, 65 are refused in a sentence`(index: Int) throws {
    let format = Self.trees[index]
    // An npy file keeps its tree in an array of objects, which is three levels of a pickle.
    let most = format is Npy ? 61 : 64
    #expect(Archive.depthLimit == 64)
    let leaf = try #require(try roundTrip(nested(most), by: format).leaves.first)
    #expect(leaf.path.count == most)
    #expect(try leaf.value.tensor().floats() == [7])
    let failure = try failure { _ = try roundTrip(nested(most + 1), by: format) }
    #expect(failure.message.contains("64") || failure.message.contains("levels"), "\(failure)")
  }
}
