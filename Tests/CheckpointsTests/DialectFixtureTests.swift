import Archives
import FoundationEssentials
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Genuine checkpoints, made by the classes of the projects that they are of.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct DialectFixtureTests {
  @Test(arguments: DialectFixture.all + DialectFixture.keras)
  func `is recognised without a word, and every tensor has a place`(_ fixture: DialectFixture)
    throws
  {
    let loaded = try Loaded(Shared.path(fixture.path))
    #expect(loaded.dialectName == fixture.dialect)
    let checkpoint = loaded.checkpoint
    #expect(Set(checkpoint.roles.map(\.rawValue)) == Set(fixture.roles))
    let counts = try #require(checkpoint.provenance.counts)
    #expect(counts.source == loaded.archive.leaves.count)
    #expect(counts.used + counts.aliases + counts.extras + counts.dropped == counts.source)
    // What is left over is scalars, and tensors that are no part of BYOL.
    let extras = checkpoint.tree?.leaves.filter { $0.leaf.path?.hasPrefix("extras/") ?? false }
    let strange = (extras ?? []).map(\.name).filter { name in
      !Self.knownExtras.contains { name.contains($0) }
    }
    #expect(strange.isEmpty, "\(strange)")
  }

  /// Tensors of genuine files that BYOL does not know.
  static let knownExtras = [
    "base_param_settings", "message_hub", "data_preprocessor", "optimizer_state_dict/state/4",
    "best_model_score", "current_score", "kth_value", "@weight_names",
  ]

  @Test func `a directory with timm's configuration is timm's`() throws {
    let loaded = try Loaded(Shared.path("fixtures/dialects/timmhf_tiny"))
    #expect(loaded.dialectName == "timm")
    #expect(loaded.checkpoint.provenance.counts?.used == 120)
  }

  @Test(arguments: DialectFixture.all + DialectFixture.keras)
  func `comes back as the same tree`(_ fixture: DialectFixture) throws {
    let loaded = try Loaded(Shared.path(fixture.path))
    let dialect = try #require(loaded.dialect)
    let format = try Formats.named(loaded.archive.format)
    let again = try dialect.write(loaded.checkpoint, format: format)
    #expect(again.leftOut.isEmpty)
    try expectSameTree(again.archive.root, loaded.archive.root, at: "")
    #expect(try sharing(again.archive) == sharing(loaded.archive))
  }

  @Test(arguments: DialectFixture.torch.filter { $0.optimizer != nil })
  func `every buffer of the optimiser belongs to the parameter that the program says`(
    _ fixture: DialectFixture
  ) throws {
    struct Numbered: Decodable {
      var index: Int
      var name: String
      var shape: [Int]
      var has_state: Bool
    }
    let file = Shared.path(try #require(fixture.optimizer))
    let bytes = try MappedFile(file).withBytes { Data($0) }
    let expected = try JSONDecoder().decode([Numbered].self, from: bytes)
    let loaded = try Loaded(Shared.path(fixture.path))
    let tree = try #require(loaded.checkpoint.tree)
    let leaves = Dictionary(tree.leaves.map { ($0.name, $0.leaf) }) { $1 }
    let at = try #require(loaded.dialect?.file.forms.compactMap(\.optimizer?.at).first)
      .replacing("|", with: "/")
    let prefix = loaded.checkpoint.provenance.dialect?.prefix ?? ""
    var found = 0
    for parameter in expected {
      let slots = leaves.filter {
        $0.key.hasPrefix("\(at)state/\(parameter.index)/") && $0.value.kind == "tensor"
      }
      #expect(slots.isEmpty == !parameter.has_state, "\(parameter.name)")
      let name = parameter.name.replacing("_state_dict.", with: "_state_dict/")
      guard let path = leaves[prefix + name]?.path else {
        #expect(parameter.name.hasPrefix("predictor_NOT_SAVED"), "\(parameter.name)")
        continue
      }
      for (slot, leaf) in slots {
        #expect(leaf.path?.hasPrefix("optimizer/") == true, "\(slot)")
        #expect(leaf.path?.hasSuffix("/" + path) == true, "\(slot) of \(parameter.name)")
        if leaf.shape?.isEmpty == false { #expect(leaf.shape == parameter.shape) }
        found += 1
      }
    }
    #expect(found >= expected.count { $0.has_state } - 6)
  }

  @Test func `DeepMind's states are the same network in every container`() throws {
    let first = try #require(DialectFixture.deepMindSame.first)
    let expected = try Fingerprints(of: Loaded(Shared.path(first.path)).checkpoint).byName
    for fixture in DialectFixture.deepMindSame.dropFirst() {
      var found = try Fingerprints(of: Loaded(Shared.path(fixture.path)).checkpoint).byName
      // The npz has a random state of its own kind.
      found["training"] = expected["training"]
      #expect(found == expected, "\(fixture.path)")
    }
  }

  /// The groups of names that are one tensor.
  func sharing(_ archive: Archive) throws -> Set<[String]> {
    var groups: [Int: [String]] = [:]
    for leaf in archive.leaves {
      guard case .tensor(let tensor) = leaf.value, let number = tensor.layout.sharing else {
        continue
      }
      groups[number, default: []].append(leaf.name)
    }
    return Set(groups.values.filter { $0.count > 1 })
  }

  /// Paths and their order, kinds of containers, types, shapes, bits, scalars, strides.
  func expectSameTree(_ one: Node, _ other: Node, at path: String) throws {
    switch (one, other) {
    case (.tensor(let mine), .tensor(let theirs)):
      #expect(mine.elementType == theirs.elementType, "\(path)")
      #expect(mine.shape == theirs.shape, "\(path)")
      #expect(mine.layout.order == theirs.layout.order, "\(path)")
      #expect(mine.layout.isBigEndian == theirs.layout.isBigEndian, "\(path)")
      #expect(try mine.hasSameBits(as: theirs), "\(path)")
    case (.mapping(let kind, let mine), .mapping(let theirKind, let theirs)):
      #expect(kind == theirKind, "\(path)")
      try expectSameEntries(mine, theirs, at: path)
    case (.record(let type, let mine), .record(let theirType, let theirs)):
      #expect(type == theirType, "\(path)")
      try expectSameEntries(mine, theirs, at: path)
    case (.sequence(let kind, let mine), .sequence(let theirKind, let theirs)):
      #expect(kind == theirKind && mine.count == theirs.count, "\(path)")
      for (number, pair) in zip(mine, theirs).enumerated() {
        try expectSameTree(pair.0, pair.1, at: "\(path)/\(number)")
      }
    default:
      #expect(SourceLeaf(scalar: one) == SourceLeaf(scalar: other), "\(path)")
    }
  }

  private func expectSameEntries(_ mine: [Node.Entry], _ theirs: [Node.Entry], at path: String)
    throws
  {
    #expect(mine.map(\.key) == theirs.map(\.key), "\(path)")
    for (a, b) in zip(mine, theirs) {
      try expectSameTree(a.value, b.value, at: "\(path)/\(a.key)")
    }
  }
}
