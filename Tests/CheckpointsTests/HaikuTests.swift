import Archives
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Bytes that are never there: for tensors of which only names and shapes matter.
struct NoBytes: ByteSource {
  var count: Int

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    throw Failure(.usage, "this test reads no values")
  }
}

/// A row of a tree table: which of the four trees it is in, its module, name and shape.
struct TreeRow {
  var tree: String
  var module: String
  var name: String
  var shape: [Int]
  var type: ElementType
}

@Suite struct HaikuTests {
  static let networks = [
    "ResNet18_1x", "ResNet18_1x_v2", "ResNet34_1x", "ResNet50_1x", "ResNet50_1x_v2", "ResNet50_2x",
    "ResNet50_4x", "ResNet101_1x", "ResNet152_1x", "ResNet200_1x", "ResNet200_2x",
    "ResNet200_2x_v2",
  ]

  func rows(_ network: String) throws -> [TreeRow] {
    let text = try String(
      contentsOfFile: Shared.path("fixtures/deepmind/trees/\(network).tsv"), encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    return lines.compactMap { cells in
      guard cells.count >= 5, let type = ElementType(rawValue: cells[4]) else { return nil }
      let digits = cells[3].split { !$0.isNumber }.compactMap { Int($0) }
      return TreeRow(tree: cells[0], module: cells[1], name: cells[2], shape: digits, type: type)
    }
  }

  /// The whole experiment state of a network of that size, without values.
  func state(_ rows: [TreeRow]) throws -> Archive {
    func tensor(_ row: TreeRow) throws -> Node {
      let bytes = row.shape.reduce(1, *) * row.type.byteCount
      return .tensor(try Tensor(row.type, shape: row.shape, source: NoBytes(count: bytes)))
    }
    var entries: [(String, Node)] = []
    for tree in ["online_params", "target_params", "opt_state/mu"] {
      for row in rows where row.tree == "params" {
        entries.append(("\(tree)/\(row.module)/\(row.name)", try tensor(row)))
      }
    }
    for tree in ["online_state", "target_state"] {
      for row in rows where row.tree == "state" {
        entries.append(("\(tree)/\(row.module)/\(row.name)", try tensor(row)))
      }
    }
    return Archive(.dict(entries), format: "npz")
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why), arguments: networks)
  func `every name of DeepMind's networks is used, and written again`(_ network: String) throws {
    let rows = try rows(network)
    #expect(rows.count > 50)
    let archive = try state(rows)
    let haiku = try Dialect.haiku()
    var checkpoint = try haiku.read(archive).checkpoint
    let counts = try #require(checkpoint.provenance.counts)
    #expect(counts.used == counts.source && counts.extras == 0)
    #expect(Set(checkpoint.entries.map(\.path)).count == checkpoint.entries.count)
    // By rules alone, without the tree of the source, the names and shapes are the same.
    checkpoint.tree = nil
    let again = try haiku.write(checkpoint, format: Npz()).archive
    func described(_ archive: Archive) -> [String] {
      archive.leaves.map { leaf in
        guard case .tensor(let tensor) = leaf.value else { return leaf.name }
        return "\(leaf.name) \(tensor.shape) \(tensor.elementType)"
      }
    }
    #expect(described(again).sorted() == described(archive).sorted())
    let depth = try #require(network.split(separator: "_").first?.dropFirst(6))
    #expect(checkpoint.contract.name.hasPrefix("ResNet-\(depth)"))
    #expect(checkpoint.contract.encoder.version == (network.hasSuffix("v2") ? 2 : 1))
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `parameters are counted as DeepMind counts them`() throws {
    let checkpoint = try Dialect.haiku().read(state(rows("ResNet50_1x"))).checkpoint
    let parameters = Dictionary(
      uniqueKeysWithValues: checkpoint.roleSummaries.map { ($0.role, $0.parameters) })
    #expect(parameters[.onlineEncoder] == 23_508_032)
    #expect(parameters[.onlineProjector] == 9_449_472)
    #expect(parameters[.onlinePredictor] == 2_109_440)
    #expect(parameters[.onlineHeads] == 2_049_000)
  }

  @Test(arguments: ["/", "//", "."], [true, false])
  func `keys joined in other ways are read, and written in the same way`(
    _ level: String, _ tilde: Bool
  ) throws {
    let plain = try Npz().read(MappedFile(Shared.inPackage("samples/tiny_haiku_byol.npz")))
    let haiku = try Dialect.haiku()
    let expected = try haiku.read(plain).checkpoint
    for inner in level == "." ? ["/", "."] : ["/"] {
      let spelling = Spelling(level: level, inner: inner, tilde: tilde)
      let entries = plain.leaves.map { leaf in
        (respell(leaf.name, spelling), leaf.value)
      }
      let checkpoint = try haiku.read(Archive(.dict(entries), format: "npz")).checkpoint
      #expect(checkpoint.entries.map(\.path) == expected.entries.map(\.path))
      #expect(checkpoint.provenance.dialect?.spelling == spelling.name)
      #expect(checkpoint.provenance.counts?.extras == 0)
      var withoutTree = checkpoint
      withoutTree.tree = nil
      let again = try haiku.write(withoutTree, format: Npz()).archive
      #expect(Set(again.leaves.map(\.name)) == Set(entries.map(\.0)))
    }
  }

  /// The plain name of a haiku leaf in another spelling, without the engine of dialects.
  private func respell(_ name: String, _ spelling: Spelling) -> String {
    var parts = name.split(separator: "/").map(String.init)
    guard parts.count > 1 else { return name }
    let last = parts.removeLast()
    var head = [parts.removeFirst()]
    if head == ["opt_state"] { head.append(parts.removeFirst()) }
    if !spelling.tilde { parts.removeAll { $0 == "~" } }
    return (head + [parts.joined(separator: spelling.inner), last])
      .joined(separator: spelling.level)
  }

  @Test func `the published name of the stem is accepted and kept`() throws {
    let plain = try Npz().read(MappedFile(Shared.inPackage("samples/tiny_haiku_byol.npz")))
    let entries = plain.leaves.map {
      ($0.name.replacingOccurrences(of: "initial_conv/", with: "initial_conv_1/"), $0.value)
    }
    let checkpoint = try Dialect.haiku().read(Archive(.dict(entries), format: "npz")).checkpoint
    #expect(checkpoint.provenance.dialect?.variables["stem"] == "1")
    #expect(checkpoint["online/encoder/stem/conv/weight"] != nil)
    var withoutTree = checkpoint
    withoutTree.tree = nil
    let again = try Dialect.haiku().write(withoutTree, format: Npz()).archive
    #expect(again.leaves.contains { $0.name == "online_params/res_net50/~/initial_conv_1/w" })
  }

  @Test func `two networks in one file are refused by name`() throws {
    let plain = try Npz().read(MappedFile(Shared.inPackage("samples/tiny_haiku_byol.npz")))
    var entries = plain.leaves.map { ($0.name, $0.value) }
    let weight = try #require(entries.first { $0.0.hasSuffix("initial_conv/w") })
    entries.append(
      (weight.0.replacingOccurrences(of: "res_net50", with: "res_net101"), weight.1))
    let failure = #expect(throws: Failure.self) {
      try Dialect.haiku().read(Archive(.dict(entries), format: "npz"))
    }
    #expect(failure?.description.contains("res_net") == true)
  }

  @Test func `unknown names are kept as extras and reported`() throws {
    let plain = try Npz().read(MappedFile(Shared.inPackage("samples/tiny_haiku_byol.npz")))
    var entries = plain.leaves.map { ($0.name, $0.value) }
    entries.append(("my_notes", .tensor(try Tensor(.uint8, shape: [3], bytes: [1, 2, 3]))))
    let imported = try Dialect.haiku().read(Archive(.dict(entries), format: "npz"))
    let counts = try #require(imported.checkpoint.provenance.counts)
    #expect(counts.extras == 1 && counts.used + counts.extras == counts.source)
    #expect(imported.notes.contains { $0.contains("my_notes") })
    let again = try Dialect.haiku().write(imported.checkpoint, format: Npz()).archive
    #expect(again.leaves.map(\.name) == entries.map(\.0))
  }
}

extension Dialect {
  static func haiku() throws -> Dialect { try Dialects.named("haiku") }
}
