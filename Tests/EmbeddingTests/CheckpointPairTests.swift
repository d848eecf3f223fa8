import Checkpoints
import Embedding
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Two checkpoints on real pictures.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct CheckpointPairTests {
  private func loaded(_ name: String) throws -> Loaded {
    try Loaded(Shared.path("fixtures/deepmind/\(name)"), withTree: false)
  }

  private func pictures() throws -> [PictureFile] {
    Array(try PictureFile.all([Shared.path("images/imagenet-samples")]).prefix(24))
  }

  private func compare(_ first: Loaded, _ second: Loaded) throws -> CheckpointPair {
    try CheckpointPair(first, second, pictures: pictures(), options: InferenceSession.Options())
  }

  @Test(arguments: ["tiny_haiku_byol.npz", "tiny_haiku_byol_basicblock.npz"])
  func `the same state from two files gives the same features`(name: String) throws {
    let pickle = name.replacing(".npz", with: ".pkl")
    let pair = try compare(loaded(name), loaded(pickle))
    #expect(pair.agrees)
    #expect(pair.pictures == 24)
    #expect(pair.stages.map(\.stage).contains("embedding"))
    #expect(pair.stages.allSatisfy { ($0.relativeL2 ?? 1) < 1e-6 })
    #expect(pair.contract.isEmpty)
  }

  @Test func `without the padding rule the features are others, though the cosine is near one`()
    throws
  {
    let own = try loaded("tiny_haiku_byol.npz")
    var other = own
    other.checkpoint.contract.encoder.padding = .symmetric
    other.checkpoint.contract.encoder.poolPadding = .symmetric
    let pair = try compare(own, other)
    #expect(!pair.agrees)
    let embedding = try #require(pair.stages.first { $0.stage == "embedding" })
    #expect((embedding.relativeL2 ?? 0) > 0.01)
    #expect((embedding.cosine ?? 0) > 0.9)
    #expect(pair.contract.map { $0[0] } == ["encoder.padding", "encoder.pool_padding"])
  }

  @Test func `a head is counted right by the classes that it gives itself`() throws {
    let state = try loaded("tiny_haiku_byol.npz")
    let files = try pictures()
    var options = InferenceSession.Options()
    options.stages = ["logits"]
    let logits = try #require(
      try Embeddings(of: files, by: PictureNetwork(state.checkpoint, options: options))
        .features["logits"])
    let first = TopClasses(of: logits, count: 1).classes
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    // Every picture in the folder of its first class; one of them in the folder of another.
    for (index, file) in files.enumerated() {
      let position = index == 5 ? (first[index] + 1) % logits.size : first[index]
      let place = folder.url.appending(path: "class\(position)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: file.path, toPath: place.appending(path: "\(index).jpg").path)
    }
    let labels = folder.path("labels.txt")
    try (0..<logits.size).map { "class\($0)" }.joined(separator: "\n").write(
      toFile: labels, atomically: true, encoding: .utf8)
    let report = try HeadReport(
      state, pictures: PictureFile.all([folder.path("")]), labels: labels,
      options: InferenceSession.Options())
    #expect(report.classes == logits.size)
    #expect(report.accuracy.pictures == 24)
    #expect(abs(report.accuracy.top1 - 23.0 / 24) < 1e-12)
    #expect(report.accuracy.top5 >= report.accuracy.top1)
    // As many folders as the head has outputs are classes by themselves; others are refused.
    #expect(throws: Failure.self) {
      try HeadReport(
        state, pictures: files, labels: nil, options: InferenceSession.Options())
    }
  }
}
