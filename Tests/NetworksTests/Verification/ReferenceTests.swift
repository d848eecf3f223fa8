import Archives
import Checkpoints
import Networks
import TestSupport
import Tensors
import Testing

@Suite("References")
struct ReferenceTests {
  private let engine = OpenBLASEngine(precision: .float64, threads: 1)

  private func tensor(_ shape: [Int], seed: UInt64 = 1) throws -> Node {
    var random = Random(seed)
    let count = shape.reduce(1, *)
    return .tensor(try Tensor(doubles: random.numbers(count), shape: shape))
  }

  private func reference(_ parts: [(String, Node)]) throws -> Reference {
    try Reference(Archive(.dict(parts), format: "npz"), name: "test.npz")
  }

  @Test("keys are paired by their suffix, and what has no pair is listed")
  func pairing() throws {
    let result = try reference([
      ("input", tensor([2, 3, 8, 8])), ("input_odd", tensor([1, 3, 7, 5])),
      ("embedding", tensor([2, 4])), ("target_projection_odd", tensor([1, 4])),
      ("act/stage0/block0_odd", tensor([1, 4, 2, 2])), ("act/stem/conv", tensor([2, 4, 4, 4])),
      ("prediction_even", tensor([2, 4])), ("embeddings", tensor([2, 4])), ("step", .integer(7)),
      ("images_01", tensor([2, 3, 8, 8])),
    ])
    #expect(result.batches.map(\.suffix) == ["", "_odd"])
    #expect(
      result.batches.map { $0.outputs.map(\.key) } == [
        ["embedding"], ["target_projection_odd"],
      ])
    #expect(result.batches[0].outputs.map(\.branch) == [.online])
    #expect(result.batches[1].outputs.map(\.branch) == [.target])
    #expect(result.batches[1].outputs.map(\.stage) == ["projection"])
    #expect(result.batches.map { $0.stages.map(\.stage) } == [["stem/conv"], ["stage0/block0"]])
    #expect(Set(result.unused) == ["prediction_even", "embeddings", "step", "images_01"])
  }

  @Test("a file as other programs write them agrees: pictures in 0 to 1, both networks")
  func sample() throws {
    let file = try MappedFile(Shared.inPackage("samples/tiny_haiku_byol.ref.npz"))
    let sample = try Reference(Formats.recognising(file).read(file), name: "sample")
    let checkpoint = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    let comparison = try sample.compare(with: checkpoint, engine: engine)
    #expect(comparison.outputs.count == 6)
    #expect(comparison.missing.isEmpty)
    #expect(comparison.error < 1e-5)

    var wrong = checkpoint
    wrong.contract.encoder.padding = .symmetric
    wrong.contract.encoder.poolPadding = .symmetric
    let found = try diagnose(
      reference: sample, checkpoint: wrong, engine: engine, tolerance: 1e-5)
    #expect(found.explanation.map(\.subject) == ["padding"])
    #expect(
      found.sentence.contains(
        "; the reference pads convolutions as SAME and pooling as SAME (error then "))
  }

  @Test("NHWC is understood as text and as bytes")
  func layout() throws {
    let checkpoint = try RandomCheckpoint(.tiny()).checkpoint
    var random = Random(3)
    let input = Activation(shape: [1, 3, 20, 18], values: random.numbers(3 * 20 * 18))
    let recorder = Recorder()
    _ = try engine.run(ForwardRequest(input: input, trace: recorder.note), on: checkpoint)
    func channelsLast(_ it: Activation) throws -> Node {
      let tensor = try Tensor(doubles: it.values, shape: it.shape)
      return .tensor(it.shape.count == 4 ? tensor.permuted([0, 2, 3, 1]) : tensor)
    }
    let bytes = try Tensor(.uint8, shape: [4], bytes: Array("NHWC".utf8))
    for layout in [Node.text("NHWC"), .tensor(bytes)] {
      let comparison = try reference([
        ("layout", layout), ("input", channelsLast(input)),
        ("act/stem/pool", channelsLast(try #require(recorder["stem/pool"]))),
        ("embedding", channelsLast(try #require(recorder["embedding"]))),
      ]).compare(with: checkpoint, engine: engine)
      #expect(comparison.stages.map(\.error) == [0])
      #expect(comparison.outputs.map(\.error) == [0])
    }
  }

  @Test("what the checkpoint cannot compute is listed")
  func missing() throws {
    let checkpoint = try RandomCheckpoint(.tiny()).checkpoint
    let comparison = try reference([
      ("input", tensor([1, 3, 20, 20])), ("embedding", tensor([1, 16])),
      ("target_prediction", tensor([1, 6])), ("act/stage9", tensor([1, 6])),
      ("momentum", tensor([1])),
    ]).compare(with: checkpoint, engine: engine)
    #expect(comparison.outputs.map(\.name) == ["embedding"])
    #expect(Set(comparison.missing) == ["target_prediction", "act/stage9", "momentum"])

    let failure = #expect(throws: Failure.self) {
      try reference([("input", tensor([1, 3, 20, 20])), ("target_logits", tensor([1, 5]))])
        .compare(with: checkpoint, engine: engine)
    }
    #expect(
      failure?.description
        == "test.npz: expected an output that the checkpoint can compute, found target_logits")
  }

  @Test(
    "a malformed reference is refused in one sentence",
    arguments: [
      (["embedding": [2, 4]], "`input` or `images_01` with outputs such as `embedding`"),
      (["input": [2, 3, 8, 8]], "`input` or `images_01` with outputs such as `embedding`"),
      (["input": [3, 8, 8], "embedding": [2, 4]], "pictures of shape [N, C, H, W]"),
      (["input": [2, 3, 0, 8], "embedding": [2, 4]], "pictures of shape [N, C, H, W]"),
      (["input": [2, 3, 8, 8], "embedding": [3, 4]], "values for 2 pictures in 2 or 4 axes"),
      (["input": [2, 3, 8, 8], "embedding": [2]], "values for 2 pictures in 2 or 4 axes"),
    ])
  func malformed(_ shapes: [String: [Int]], _ expected: String) throws {
    let failure = #expect(throws: Failure.self) {
      try reference(shapes.sorted { $0.key < $1.key }.map { ($0.key, try tensor($0.value)) })
    }
    #expect(failure?.kind == .badInput)
    #expect(failure?.message.hasPrefix("expected " + expected + ", found ") == true)
  }

  @Test("integers for pictures and a layout without meaning are refused")
  func types() throws {
    let integers = try Tensor(.uint8, shape: [1, 3, 2, 2], bytes: [UInt8](repeating: 1, count: 12))
    #expect(throws: Failure.self) {
      try reference([("input", .tensor(integers)), ("embedding", tensor([1, 4]))])
    }
    #expect(throws: Failure.self) {
      try reference([
        ("layout", .text("CHWN")), ("input", tensor([1, 3, 4, 4])), ("embedding", tensor([1, 4])),
      ])
    }
  }
}
