import Archives
import Checkpoints
import Embedding
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Files in, features out, on DeepMind's tiny state and the ImageNet samples.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct EmbeddingsTests {
  private static let state = "fixtures/deepmind/tiny_haiku_byol.npz"
  private static let samples = "images/imagenet-samples"

  private func network(_ stages: Set<String> = ["embedding"], threads: Int = 2) throws
    -> PictureNetwork
  {
    var options = InferenceSession.Options()
    options.stages = stages
    options.threads = threads
    return try PictureNetwork(
      Loaded(Shared.path(Self.state), withTree: false).checkpoint, options: options)
  }

  private func few(_ count: Int) throws -> [PictureFile] {
    Array(try PictureFile.all([Shared.path(Self.samples)]).prefix(count))
  }

  @Test func `folders, files and lists name pictures`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let all = try PictureFile.all([Shared.path(Self.samples)])
    #expect(all.count == 167)
    #expect(all[0].name == "n01440764_tench.JPEG")
    let list = folder.path("list.txt")
    try (all[3].path + "\n\n" + all[1].path + "\r\n").write(
      toFile: list, atomically: true, encoding: .utf8)
    #expect(try PictureFile.all(["@" + list]).map(\.path) == [all[3].path, all[1].path])
    #expect(throws: Failure.self) { try PictureFile.all([folder.path("")]) }
    #expect(throws: Failure.self) { try PictureFile.all(["@" + folder.path("none")]) }
  }

  @Test func `features are the network's on the contract's pixels, whatever the threads`() throws {
    let files = try few(5)
    let found = try Embeddings(of: files, by: network())
    #expect(found.files == files)
    let rows = try #require(found.features["embedding"])
    #expect(rows.shape == [5, 64])
    #expect(try Embeddings(of: files, by: network(threads: 1)).features == found.features)
    // One picture, by the engine of greatest precision.
    let network = try network()
    let input = try network.input(files[3].path)
    let exact = try Engines.exact().run(
      ForwardRequest(
        input: Activation(
          shape: [1, 3, network.size, network.size], values: input.map { Double($0) }),
        until: .embedding),
      on: Loaded(Shared.path(Self.state), withTree: false).checkpoint)
    let expected = try #require(exact.outputs[.embedding]).values
    let distance = zip(rows.values[3 * 64..<4 * 64], expected).map { abs(Double($0) - $1) }.max()
    let scale = expected.map { abs($0) }.max() ?? 0
    #expect((distance ?? .infinity) < 1e-5 * scale)
  }

  @Test func `pictures that cannot be read are named and left out; none left is a failure`() throws
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let whole = try few(2)
    let bytes = try Data(contentsOf: URL(filePath: whole[0].path))
    try bytes.prefix(bytes.count / 3).write(to: URL(filePath: folder.path("cut.jpg")))
    try Data("no picture".utf8).write(to: URL(filePath: folder.path("text.png")))
    let bad = try PictureFile.all([folder.path("cut.jpg"), folder.path("text.png"), "gone.jpg"])
    let found = try Embeddings(of: [whole[0], bad[0], bad[1], whole[1], bad[2]], by: network())
    #expect(found.files == whole)
    #expect(found.bad.map(\.name) == bad.map(\.name))
    #expect(found.bad.allSatisfy { !$0.reason.isEmpty })
    let alone = try Embeddings(of: whole, by: network())
    #expect(found.features == alone.features)
    let failure = #expect(throws: Failure.self) { try Embeddings(of: bad, by: network()) }
    #expect(failure?.kind == .badInput)
  }

  @Test func `npy gives the rows back, CSV names and the numbers exactly`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let found = try Embeddings(of: few(3), by: network(["embedding", "stage1"]))
    let rows = try #require(found.features["embedding"])
    let file = FeatureFile(found, stages: ["embedding", "stage1"])
    let one = FeatureFile(found, stages: ["embedding"])
    try one.write(to: folder.path("a.npy"))
    guard case .tensor(let tensor) = try Npy().read(MappedFile(folder.path("a.npy"))).root else {
      Issue.record("no tensor")
      return
    }
    #expect(tensor.shape == [3, 64])
    #expect(try tensor.floats() == rows.values)
    try one.write(to: folder.path("a.csv"))
    let lines = try String(contentsOfFile: folder.path("a.csv"), encoding: .utf8)
      .split(whereSeparator: \.isNewline)
    #expect(lines.count == 4)
    let cells = lines[2].split(separator: ",")
    #expect(cells[0] == "n01498041_stingray.JPEG")
    #expect(cells.dropFirst().map { Float($0) } == rows.values[64..<128].map { $0 })
    #expect(throws: Failure.self) { try file.write(to: folder.path("b.npy")) }
    #expect(throws: Failure.self) { try one.write(to: folder.path("b.txt")) }
  }
}
