import Archives
import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Conversions

/// Genuine files whose names were taken away: what is found, and that nothing sure is wrong.
@Suite struct InferenceScoreTests {
  /// A file, the dialect that knows its names, and a reference of its program.
  struct File: Sendable {
    var path: String
    var dialect: String
    var reference: String?
  }

  /// byol-pytorch 0.8.2, as its classes name their tensors.
  static let lucidrains = """
    {
      "dialect": "byol-pytorch", "version": "1", "title": "byol-pytorch 0.8.2",
      "fragments": ["torch"],
      "forms": [{ "name": "learner", "mounts": [
        { "dialect": "online_encoder.net.", "native": "online/encoder/", "rules": "resnet" },
        { "dialect": "online_encoder.net.fc.", "native": "online/heads/classifier/", "rules": "linear" },
        { "dialect": "online_encoder.projector.", "native": "online/projector/", "rules": "mlp-013" },
        { "dialect": "online_predictor.", "native": "online/predictor/", "rules": "mlp-013" },
        { "dialect": "target_encoder.net.", "native": "target/encoder/", "rules": "resnet" },
        { "dialect": "target_encoder.net.fc.", "native": "target/heads/classifier/", "rules": "linear" },
        { "dialect": "target_encoder.projector.", "native": "target/projector/", "rules": "mlp-013" }
      ] }]
    }
    """

  static let files = [
    File(
      path: "deepmind/tiny_haiku_byol.npz", dialect: "haiku",
      reference: "deepmind/infer_tiny_haiku_byol.npz"),
    File(
      path: "deepmind/tiny_haiku_byol_basicblock.npz", dialect: "haiku",
      reference: "deepmind/infer_tiny_haiku_byol_basicblock.npz"),
    File(
      path: "deepmind/tiny_haiku_byol_v2.npz", dialect: "haiku",
      reference: "deepmind/infer_tiny_haiku_byol_v2.npz"),
    File(path: "deepmind/tiny_haiku_online_params.npz", dialect: "haiku", reference: nil),
    File(
      path: "dialects/lucidrains_v082.safetensors", dialect: "byol-pytorch",
      reference: "dialects/lucidrains_v082.ref.npz"),
    File(
      path: "dialects/timmhf_tiny/model.safetensors", dialect: "torchvision",
      reference: "dialects/timmhf_tiny.ref.npz"),
  ]

  static func named(_ file: File) throws -> Named {
    let dialect =
      file.dialect == "byol-pytorch"
      ? try Dialect(json: Array(lucidrains.utf8), file: "byol-pytorch.json")
      : try Dialects.named(file.dialect)
    return try Named(file.path, dialect)
  }

  /// The program's outputs; those of DeepMind's code are kept by the fixture under other keys.
  static func reference(_ path: String) throws -> Reference {
    let file = try MappedFile(Shared.path("fixtures/" + path))
    let archive = try Formats.recognising(file).read(file)
    guard path.contains("infer_") else { return try Reference(archive, name: baseName(path)) }
    var parts: [(String, Node)] = [("layout", .text("NHWC"))]
    for leaf in archive.leaves {
      switch leaf.name {
      case "a/images_01": parts.append(("images_01", leaf.value))
      case let name where name.hasPrefix("a/online/eval/") && !name.contains("/act/"):
        parts.append((String(name.dropFirst(14)), leaf.value))
      case let name where name.hasPrefix("a/target/eval/") && !name.contains("/act/"):
        parts.append(("target_" + name.dropFirst(14), leaf.value))
      default: break
      }
    }
    return try Reference(Archive(.dict(parts), format: "npz"), name: baseName(path))
  }

  /// A file's lines of the table in docs/inference.md.
  static func lines(_ file: File) throws -> [String] {
    let named = try named(file)
    let reference = try file.reference.map { try Self.reference($0) }
    var lines: [String] = []
    for isOnline in [false, true] {
      guard !isOnline || named.paths.contains(where: { $0?.hasPrefix("target/") ?? false }) else {
        continue
      }
      for way in Shuffled.Way.allCases {
        let shuffled = try Shuffled(named, way, isOnline: isOnline)
        var source = try? InferredSource(shuffled.archive, path: file.path)
        let alone = Score(source?.inference, shuffled.truth)
        let places = Score(source?.inference, shuffled.truth, isNetworkLeft: true)
        var proved = "-"
        if let reference, source != nil {
          try? source?.prove(with: reference)
          let score = Score(source?.inference, shuffled.truth)
          #expect(score.wrong == 0 && score.right >= alone.right, "\(file.path) \(way)")
          proved = "\(score)"
        }
        #expect(alone.wrong == 0 && places.wrong == 0, "\(file.path) \(way)")
        let name = baseName(file.path) + (isOnline ? ", online alone" : "")
        lines.append("| \(name) | \(way.rawValue) | \(places) | \(alone) | \(proved) |")
      }
    }
    return lines
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `nothing sure is wrong, and the document has these scores`() throws {
    let lines = try Self.files.flatMap { try Self.lines($0) }
    let path = Shared.inPackage("docs/inference.md")
    let head = "|---|---|---|---|---|\n"
    var text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    if ProcessInfo.processInfo.environment["BYOL_WRITE_DOCS"] != nil,
      let start = text.range(of: head)?.upperBound
    {
      let end = text[start...].range(of: "\n\n")?.lowerBound ?? text.endIndex
      text.replaceSubrange(start..<end, with: lines.joined(separator: "\n"))
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    for line in lines { #expect(text.contains(line), "docs/inference.md lacks: \(line)") }
  }

  /// Other hashes sort other ways: an order that is lost must never pass for one.
  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `no shuffled order is taken for a program's`() throws {
    for file in Self.files {
      let named = try Self.named(file)
      for seed in 2..<8 as Range<UInt64> {
        for way in [Shuffled.Way.sorted, .wordsSorted] {
          let shuffled = try Shuffled(named, way, isOnline: seed % 2 == 0, seed: seed)
          let inference = try? Inference(shuffled.archive)
          #expect(Score(inference, shuffled.truth).wrong == 0, "\(file.path) \(way) \(seed)")
          #expect(inference?.isSure != true)
        }
      }
    }
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `the dialect that was found reads the same tensors`() throws {
    for file in Self.files where file.reference != nil {
      let named = try Self.named(file)
      let shuffled = try Shuffled(named, .words)
      var source = try InferredSource(shuffled.archive, path: file.path)
      if let reference = file.reference { try source.prove(with: Self.reference(reference)) }
      #expect(source.inference.isSure, "\(file.path): \(source.inference.openText)")
      let found = try source.dialect().read(shuffled.archive).checkpoint
      // Random state has no shape of its own: it is kept as an extra.
      let truth = shuffled.truth.filter { $0.value != "training/random" }
      #expect(found.entries.map(\.path) == truth.values.sorted())
      for (name, path) in truth {
        let leaf = try #require(shuffled.archive.leaves.first { $0.name == name })
        guard case .tensor(let theirs) = leaf.value else { continue }
        let said = try #require(found.tree?.leaves.first { $0.name == name }?.leaf)
        #expect(said.path == path)
        let mine = try #require(try found.sourceTensor(said))
        #expect(try mine.hasSameBits(as: theirs), "\(name)")
      }
    }
  }

  @Test(.enabled(if: Shared.isPresent, Shared.why))
  func `a reference of other weights is a difference, and settles nothing`() throws {
    let file = try #require(Self.files.last)
    var source = try InferredSource(
      Shuffled(Self.named(file), .hashed).archive, path: "timm")
    let mapped = try MappedFile(Shared.path("fixtures/" + (file.reference ?? "")))
    let parts = try Formats.recognising(mapped).read(mapped).leaves.map { leaf -> (String, Node) in
      guard leaf.name == "embedding", case .tensor(let tensor) = leaf.value else {
        return (leaf.name, leaf.value)
      }
      let doubled = try tensor.doubles().map { $0 * 1.001 }
      return (leaf.name, .tensor(try Tensor(doubles: doubled, shape: tensor.shape)))
    }
    let reference = try Reference(Archive(.dict(parts), format: "npz"), name: "other")
    let failure = #expect(throws: Failure.self) { try source.prove(with: reference) }
    #expect(failure?.kind == .differs)
    #expect(source.proof == nil && source.padding == nil)
  }
}
