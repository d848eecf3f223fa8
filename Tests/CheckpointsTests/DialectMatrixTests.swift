import Archives
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Every dialect into every other: what both can hold is the same, the rest is named or refused.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct DialectMatrixTests {
  /// Genuine checkpoints whose linear layers have biases in different places, to make others of.
  static let bases = [
    "fixtures/dialects/solo_tiny.ckpt", "fixtures/dialects/lightly_bench_tiny.ckpt",
    "fixtures/dialects/mmselfsup1_tiny.pth", "fixtures/dialects/lucidrains_v082.net_only.pt",
  ]

  /// Formats of new files, the usual one first.
  static let formats: [any ArchiveFormat] = [Torch(), PickleFile(), Npz(), Keras()]

  /// Dialects that have another's names, and are chosen by the user's word.
  static let twins = ["mmpretrain": "mmselfsup", "timm": "torchvision"]

  /// A checkpoint written in a dialect, as its reader sees it.
  func written(_ checkpoint: Checkpoint, in dialect: Dialect) throws -> (Archive, Exported) {
    let format = try #require(Self.formats.first { dialect.isWritten(in: $0) })
    let exported = try dialect.write(checkpoint, format: format)
    return (exported.archive, exported)
  }

  /// A checkpoint of the dialect: a genuine one, or one made of a genuine one of another.
  func checkpoint(of dialect: Dialect) throws -> Checkpoint {
    if let fixture = (DialectFixture.torch + DialectFixture.keras).first(where: {
      $0.dialect == dialect.name
    }) {
      return try Loaded(Shared.path(fixture.path)).checkpoint
    }
    if dialect.name == "haiku" {
      return try Loaded(Shared.path("fixtures/deepmind/tiny_haiku_byol.npz")).checkpoint
    }
    var bases = try Self.bases.map { try Loaded(Shared.path($0)).checkpoint }
    if dialect.name == "byol-a" { bases = [try Synthetic.audio()] }
    if dialect.name == "lucidrains-0.9" { bases = [try Synthetic.simplicial(bases[0])] }
    // Some programs cannot take another's optimiser without its last learning rate.
    bases = bases.flatMap { [$0, $0.withoutOptimizer] }
    for base in bases {
      guard let made = try? written(base, in: dialect) else { continue }
      return try dialect.read(made.0).checkpoint
    }
    throw Failure(.usage, "nothing can be written in \(dialect.name)")
  }

  @Test(arguments: Dialects.names)
  func `a file of the dialect is recognised as one`(_ name: String) throws {
    let dialect = try Dialects.named(name)
    var checkpoint = try checkpoint(of: dialect)
    // By the rules alone.
    checkpoint.tree = nil
    let archive = try written(checkpoint, in: dialect).0
    let found = try Dialects.recognising(archive)
    #expect(found.name == Self.twins[name] ?? name)
    let again = try dialect.read(archive).checkpoint
    // Counters of batch norms may be made.
    let made = Set(again.entries.map(\.path)).subtracting(checkpoint.entries.map(\.path))
    #expect(made.allSatisfy { $0.hasSuffix("/batches") })
    #expect(again.entries.count == checkpoint.entries.count + made.count)
    for entry in checkpoint.entries {
      #expect(try again[entry.path]?.hasSameBits(as: entry.tensor) == true, "\(entry.path)")
    }
    #expect(again.contract == checkpoint.contract)
    #expect(again.extras.isEmpty)
  }

  @Test func `every pair of dialects does what docs say`() throws {
    let dialects = try Dialects.all()
    var lines = Matrix.head(dialects.map(\.name))
    for source in dialects {
      var checkpoint = try checkpoint(of: source)
      checkpoint.tree = nil
      let before = try Fingerprints(of: checkpoint).byName
      var cells: [String] = []
      for target in dialects {
        do {
          cells.append(try cell(checkpoint, before, to: target))
        } catch {
          Issue.record("\(source.name) to \(target.name): \(error)")
          cells.append("?")
        }
      }
      lines.append("| `\(source.name)` | " + cells.joined(separator: " | ") + " |")
    }
    let text = Matrix.text(lines)
    let path = Shared.inPackage("docs/matrix.md")
    if ProcessInfo.processInfo.environment["BYOL_UPDATE_DOCUMENTS"] != nil {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let said = try String(contentsOfFile: path, encoding: .utf8)
    // Line by line, so that a difference is found.
    for (mine, theirs) in zip(text.split(separator: "\n"), said.split(separator: "\n")) {
      #expect(mine == theirs)
    }
    #expect(text.count == said.count)
  }

  /// What becomes of a checkpoint in another dialect and back.
  private func cell(
    _ checkpoint: Checkpoint, _ before: [String: Digest], to target: Dialect
  ) throws -> String {
    let exported: Exported
    do {
      exported = try written(checkpoint, in: target).1
    } catch let failure as Failure {
      #expect(failure.kind == .usage, "\(target.name): \(failure)")
      return Matrix.refusal(failure)
    }
    let after = try target.read(exported.archive).checkpoint
    let left = Set(exported.leftOut)
    let found = try Fingerprints(of: after).byName
    for role in checkpoint.roles where role.isWeights {
      let isWhole = !checkpoint.entries.contains {
        Role(of: $0.path) == role && left.contains($0.path)
      }
      guard isWhole else { continue }
      #expect(found[role.rawValue] == before[role.rawValue], "\(target.name): \(role)")
    }
    // Whatever is not there was named.
    let there = Set(after.entries.map(\.path))
    let unsaid = checkpoint.entries.map(\.path).filter { !there.contains($0) && !left.contains($0) }
    #expect(unsaid.isEmpty, "\(target.name): \(unsaid.prefix(3))")
    let roles = Set(exported.leftOut.map { Role(of: $0) })
    return Matrix.parts(roles, isScaled: !exported.factors.isEmpty)
  }
}

/// The words of `docs/matrix.md`.
enum Matrix {
  static func head(_ names: [String]) -> [String] {
    [
      "| from \\ to | " + names.map { "`\($0)`" }.joined(separator: " | ") + " |",
      "|---" + String(repeating: "|---", count: names.count) + "|",
    ]
  }

  /// What was left out, a letter for a part.
  static func parts(_ roles: Set<Role>, isScaled: Bool) -> String {
    let letters: [(Role, String)] = [
      (.onlineProjector, "g"), (.onlinePredictor, "q"), (.onlineHeads, "h"), (.targetEncoder, "F"),
      (.targetProjector, "G"), (.targetPredictor, "Q"), (.targetHeads, "H"), (.optimizer, "o"),
      (.training, "c"),
    ]
    let left = letters.filter { roles.contains($0.0) }.map(\.1).joined()
    return (left.isEmpty ? "=" : "-" + left) + (isScaled ? " lr" : "")
  }

  /// Why an export was refused.
  static func refusal(_ failure: Failure) -> String {
    let message = failure.message
    if message.contains("has a bias here") || message.contains("has no bias here") { return "bias" }
    if message.contains("learning rate") { return "rate" }
    if message.contains("has no name for this tensor") { return "net" }
    return message.contains("no place for anything") ? "none" : message
  }

  static func text(_ table: [String]) -> String {
    """
    # From every dialect into every other

    A test converts a checkpoint of each dialect, a genuine one or one that was made of a genuine one, into \
    each other dialect, reads it again and compares role by role: what both can hold has the same \
    fingerprint, and the tool names what was left out, or refuses. The test writes this table, and fails \
    where it is not what happens. Scalars and tensors that are not BYOL's stay behind everywhere.

    | cell | |
    |---|---|
    | `=` | everything is there |
    | `-` and letters | left out, and named: `g` projector, `q` predictor, `h` heads; `F` `G` `Q` `H` the \
    target's encoder, projector, predictor, heads; `o` optimiser, `c` counters and inner state of batch norm |
    | `lr` | momentum was multiplied or divided by the last learning rate |
    | `rate` | refused: momentum with the learning rate inside meets one without, and the last rate is 0 or \
    not known (`--set optimizer.last_lr=...`, `--drop 'optimizer/*'`) |
    | `bias` | refused: one program has a bias where the other has none (`--zero-biases`, `--drop`) |
    | `net` | refused: the dialect has no name for a tensor of a network that it holds |
    | `none` | refused: nothing of it has a place there |

    \(table.joined(separator: "\n"))

    """
  }
}

/// Checkpoints of kinds of which there is no genuine file.
enum Synthetic {
  /// An AudioNTT encoder of eight channels.
  static func audio() throws -> Checkpoint {
    var entries: [(String, Node)] = []
    func add(_ name: String, _ shape: [Int]) throws {
      let count = shape.reduce(1, *)
      let bytes = (0..<count).flatMap { index in
        let value = Float(index % 17 + name.utf8.count) / 16
        return withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
      entries.append((name, .tensor(try Tensor(.float32, shape: shape, bytes: bytes))))
    }
    for (number, inputs) in [(0, 1), (4, 8), (8, 8)] {
      try add("features.\(number).weight", [8, inputs, 3, 3])
      try add("features.\(number).bias", [8])
      for leaf in ["weight", "bias", "running_mean", "running_var"] {
        try add("features.\(number + 1).\(leaf)", [8])
      }
    }
    for (number, shape) in [(0, [16, 64]), (3, [16, 16])] {
      try add("fc.\(number).weight", shape)
      try add("fc.\(number).bias", [16])
    }
    return try Dialects.named("byol-a").read(Archive(.dict(entries), format: "torch")).checkpoint
  }

  /// The checkpoint with a simplicial embedding of 3 groups of 8 before each projector.
  static func simplicial(_ base: Checkpoint) throws -> Checkpoint {
    func filled(_ shape: [Int], _ seed: Int) throws -> Tensor {
      let count = shape.reduce(1, *)
      let bytes = (0..<count).flatMap { index in
        withUnsafeBytes(of: (Float((index + seed) % 13) / 13 + 0.25).bitPattern.littleEndian) {
          Array($0)
        }
      }
      return try Tensor(.float32, shape: shape, bytes: bytes)
    }
    let width = try base.tensor("online/projector/linear0/weight").shape[1]
    let hidden = try base.tensor("online/projector/linear0/weight").shape[0]
    var entries = base.entries.filter {
      !$0.path.hasPrefix("optimizer/") && !$0.path.hasPrefix("training/")
        && !$0.path.hasSuffix("projector/linear0/weight")
    }
    for (seed, branch) in ["online", "target"].enumerated() {
      let sem = branch + "/projector/sem/"
      entries.append(.init(sem + "linear/weight", try filled([24, width], seed)))
      entries.append(.init(sem + "linear/bias", try filled([24], seed + 1)))
      for (number, leaf) in ["scale", "offset", "mean", "variance"].enumerated() {
        entries.append(.init(sem + "bn/" + leaf, try filled([24], seed + number)))
      }
      entries.append(
        .init(branch + "/projector/linear0/weight", try filled([hidden, 24], seed + 5)))
    }
    return Checkpoint(entries: entries, contract: base.contract, recipe: base.recipe)
  }
}

extension Checkpoint {
  /// The networks and their training state, without an optimiser's.
  fileprivate var withoutOptimizer: Checkpoint {
    var bare = Checkpoint(
      entries: entries.filter { !$0.path.hasPrefix("optimizer/") }, contract: contract,
      recipe: recipe, provenance: provenance)
    bare.provenance.dialect = nil
    return bare
  }
}
