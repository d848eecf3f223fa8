import Archives
import Checkpoints
import Networks
import TestSupport
import Tensors
import Testing

/// One thing, or two, that a program did differently, and what the diagnosis must say of it.
struct WrongThing: Sendable, CustomTestStringConvertible {
  /// The case in `Tests/Fixtures/diagnosis/references.npz`.
  var name: String
  /// Subject and finding of each part of the explanation.
  var found: [String]
  var testDescription: String { name }

  init(_ name: String, _ found: String...) {
    self.name = name
    self.found = found
  }

  static let all = [
    WrongThing("padding-symmetric", "padding: symmetric, pooling symmetric"),
    WrongThing("pool-symmetric", "pool padding: symmetric"),
    WrongThing("eps-1e-3", "eps: 1e-3"),
    WrongThing("eps-1e-6", "eps: 1e-6"),
    WrongThing("stride-first", "stride: conv0"),
    WrongThing("normalised-never", "normalisation: none"),
    WrongThing("normalised-twice", "normalisation: once more"),
    WrongThing("bytes", "normalisation: 0 to 255"),
    WrongThing("bytes-normalised", "normalisation: 0 to 255 with constants for 0 to 1"),
    WrongThing("bgr", "channel order: reversed"),
    WrongThing("bgr-before", "channel order: reversed before normalisation"),
    WrongThing("kernels-transposed", "kernels: OIWH"),
    WrongThing("hidden", "statistics: hidden"),
    WrongThing("training", "statistics: batch"),
    WrongThing("stem-pad-2", "stem padding: 2"),
    WrongThing("padding-and-eps", "padding: symmetric, pooling symmetric", "eps: 1e-3"),
    WrongThing("bgr-and-bytes", "normalisation: 0 to 255", "channel order: reversed"),
    WrongThing("transposed-and-hidden", "statistics: hidden", "kernels: OIWH"),
  ]
}

/// References by `Tests/Interop/numpy_byol.py`, which shares no code with the engines.
@Suite("Diagnosis")
struct DiagnosisTests {
  private let tolerance = 1e-5
  private let engine = OpenBLASEngine(precision: .float64, threads: 1)
  private let checkpoint: Checkpoint
  private let arrays: [(String, Node)]

  init() throws {
    let folder = Shared.inPackage("Tests/Fixtures/diagnosis")
    checkpoint = try Loaded(folder + "/network.npz").checkpoint
    let file = try MappedFile(folder + "/references.npz")
    arrays = try Formats.recognising(file).read(file).leaves.map { ($0.name, $0.value) }
  }

  /// The reference of a case: the input, and the arrays under the case's name.
  ///
  /// - Parameter input: instead of the one that all cases have.
  private func reference(_ name: String, input: Activation? = nil) throws -> Reference {
    var parts = arrays.compactMap { key, value in
      key == "input"
        ? (key, value)
        : key.hasPrefix(name + "/")
          ? (String(key.dropFirst(name.count + 1)), value) : nil
    }
    if let input {
      parts.removeAll { $0.0 == "input" }
      let tensor = try Tensor(floats: input.values.map { Float($0) }, shape: input.shape)
      parts.append(("input", .tensor(tensor)))
    }
    return try Reference(Archive(.dict(parts), format: "npz"), name: name)
  }

  private func diagnosis(
    _ name: String, change: (inout Contract) -> Void = { _ in }
  ) throws -> Diagnosis {
    var subject = checkpoint
    change(&subject.contract)
    return try diagnose(
      reference: reference(name), checkpoint: subject, engine: engine, tolerance: tolerance)
  }

  private func findings(_ hypotheses: [Hypothesis]) -> Set<String> {
    Set(hypotheses.map { "\($0.subject): \($0.found)" })
  }

  @Test("agreement is agreement")
  func agreement() throws {
    let result = try diagnosis("right")
    #expect(result.agrees)
    #expect(result.comparison.outputs.count == 4)
    #expect(result.comparison.error < 1e-6)
    #expect(result.explanation.isEmpty && result.firstDivergingStage == nil && result.trials == 0)
    #expect(result.sentence.hasPrefix("agrees with right (largest error "))
  }

  @Test("names what the reference did differently", arguments: WrongThing.all)
  func wrongReference(_ it: WrongThing) throws {
    let result = try diagnosis(it.name)
    #expect(!result.agrees)
    #expect(findings(result.explanation) == Set(it.found))
    #expect(try #require(result.explainedError) < 2e-7)
  }

  @Test("names what the contract says wrongly")
  func wrongContract() throws {
    let changes: [(Set<String>, (inout Contract) -> Void)] = [
      (
        ["padding: same, pooling same"],
        {
          $0.encoder.padding = .symmetric
          $0.encoder.poolPadding = .symmetric
        }
      ),
      (["pool padding: same"], { $0.encoder.poolPadding = .symmetric }),
      (["eps: 1e-5"], { $0.batchNorm.eps = 1e-3 }),
      (["stride: conv1"], { $0.encoder.strideAt = 0 }),
      (["stem padding: same"], { $0.encoder.stem.pad = 3 }),
      (["stem pooling: pool"], { $0.encoder.stem.pool = false }),
      (["stem stride: 2"], { $0.encoder.stem.stride = 1 }),
      (
        ["eps: 1e-5", "stride: conv1"],
        {
          $0.batchNorm.eps = 1e-4
          $0.encoder.strideAt = 2
        }
      ),
    ]
    for (found, change) in changes {
      let result = try diagnosis("right", change: change)
      #expect(findings(result.explanation) == found)
      #expect(!result.agrees)
    }
  }

  @Test("what is outside the list stays unexplained", arguments: ["leaky", "no-offsets"])
  func unexplained(_ name: String) throws {
    let result = try diagnosis(name)
    #expect(!result.agrees && !result.isExplained)
    #expect(result.explainedError == nil && result.alternatives.isEmpty)
    #expect(result.trials > 250)
    #expect(
      result.sentence.hasSuffix("; unexplained by \(result.trials) hypotheses, alone and in pairs"))
  }

  @Test("the first stage that diverges is named")
  func firstStage() throws {
    let result = try diagnosis("eps-1e-3")
    #expect(
      result.comparison.stages.map(\.name) == [
        "stem/conv", "stem/pool", "stage0/block0", "stage0/block1", "stage1/block0",
        "stage2/block0", "stage3/block0",
      ])
    #expect(result.comparison.stages[0].error < 1e-6)
    #expect(result.firstDivergingStage == "stem/pool")
    // Without stages in the reference the explanation shows where.
    #expect(try diagnosis("bgr").firstDivergingStage == "stem/conv")
    #expect(try diagnosis("stride-first").firstDivergingStage == "stage1/block0/conv0")
    #expect(try diagnosis("hidden").firstDivergingStage == "stem/bn")
    #expect(try diagnosis("pool-symmetric").firstDivergingStage == "stem/pool")
    #expect(try diagnosis("leaky").firstDivergingStage == "embedding")
  }

  @Test("what rounding explains is not searched for")
  func rounding() throws {
    let single = OpenBLASEngine(precision: .float32, threads: 1)
    let result = try diagnose(
      reference: reference("right"), checkpoint: checkpoint, engine: single, tolerance: 1e-9)
    #expect(!result.agrees && result.isRounding && result.isExplained)
    #expect(result.trials == 0 && result.explanation.isEmpty)
    #expect(result.sentence.contains("; rounding explains it: this network's own float32 and "))

    let small = try diagnosis("right") { $0.batchNorm.eps = 1.01e-5 }
    #expect(small.rounding != nil && !small.isRounding)
    #expect(findings(small.explanation) == ["eps: 1e-5"])
  }

  @Test("pairs of a large network are tried among the most helpful")
  func largeNetwork() throws {
    let filler = [Float](repeating: 0, count: 1 << 20)
    let large = Checkpoint(
      entries: checkpoint.entries + [
        .init("online/encoder/x-filler", try Tensor(floats: filler, shape: [filler.count]))
      ], contract: checkpoint.contract)
    let result = try diagnose(
      reference: reference("padding-and-eps"), checkpoint: large, engine: engine,
      tolerance: tolerance)
    #expect(findings(result.explanation) == ["padding: symmetric, pooling symmetric", "eps: 1e-3"])
    #expect(result.trials < 70)
  }

  @Test(
    "an input that was not normalised, as it should have been, is recognised",
    arguments: [(255.0, "normalisation: of 0 to 255"), (1.0, "normalisation: once more")])
  func rawInput(_ range: Double, _ found: String) throws {
    let seen = try #require(try reference("right").batches.first).pictures
    var pictures = Activation(shape: seen.shape, values: try seen.doubles())
    let plane = pictures.shape[2] * pictures.shape[3]
    let input = checkpoint.contract.input
    for index in pictures.values.indices {
      let channel = index / plane % 3
      pictures.values[index] =
        (pictures.values[index] * input.std[channel] + input.mean[channel]) * range
    }
    let result = try diagnose(
      reference: reference("right", input: pictures), checkpoint: checkpoint, engine: engine,
      tolerance: tolerance)
    #expect(findings(result.explanation) == [found])
  }

  @Test("exchanged networks are recognised")
  func exchanged() throws {
    let both = try RandomCheckpoint(.tiny()).checkpoint
    var random = Random(2)
    let input = Activation(shape: [1, 3, 24, 24], values: random.numbers(3 * 24 * 24))
    let target = try engine.run(ForwardRequest(branch: .target, input: input), on: both)
    let embedding = try #require(target.outputs[.embedding])
    let archive = Archive(
      .dict([
        ("input", .tensor(try Tensor(doubles: input.values, shape: input.shape))),
        ("embedding", .tensor(try Tensor(doubles: embedding.values, shape: embedding.shape))),
      ]), format: "npz")
    let result = try diagnose(
      reference: Reference(archive, name: "exchanged"), checkpoint: both, engine: engine,
      tolerance: tolerance)
    #expect(findings(result.explanation) == ["network: target"])
    #expect(
      result.sentence.contains(
        "the reference has the online and the target network exchanged (error then 0)"))
  }

  @Test("explanations that the reference cannot tell apart are all given")
  func alternatives() throws {
    // One pixel of padding, by its number and by the rule.
    var contract = Contract.tiny(stem: .init(kernel: 3, stride: 1, pad: 0, pool: false))
    contract.encoder.strides = [1, 1]
    contract.encoder.padding = .symmetric
    let stated = try RandomCheckpoint(contract).checkpoint
    var other = stated
    other.contract.encoder.stem.pad = nil
    var random = Random(4)
    let input = Activation(shape: [2, 3, 3, 3], values: random.numbers(54))
    let expected = try #require(
      try engine.run(ForwardRequest(input: input), on: other).outputs[.embedding])
    let archive = Archive(
      .dict([
        ("input", .tensor(try Tensor(doubles: input.values, shape: input.shape))),
        ("embedding", .tensor(try Tensor(doubles: expected.values, shape: expected.shape))),
      ]), format: "npz")
    let result = try diagnose(
      reference: Reference(archive, name: "x"), checkpoint: stated, engine: engine,
      tolerance: tolerance)
    let all = [result.explanation] + result.alternatives
    #expect(Set(all.map(findings)) == [["stem padding: 1"], ["stem padding: symmetric"]])
    #expect(result.sentence.contains("; just as well: it pads the first convolution "))
  }

  @Test(
    "the old place of the stride in basic blocks is recognised",
    .enabled(if: Shared.isPresent, Shared.why))
  func basicStride() throws {
    var old = try Loaded(Shared.path("fixtures/deepmind/tiny_haiku_byol_basicblock.npz"))
      .checkpoint
    old.contract.encoder.strideAt = 1
    let record = try GenuineReference("infer_tiny_haiku_byol_basicblock.npz")
    let parts = try ["embedding", "projection", "prediction"].map {
      ($0, Node.tensor(try #require(record.arrays["a/online/eval/\($0)"])))
    }
    let pictures = try #require(record.arrays["a/images_01"])
    let archive = Archive(
      .dict([("images_01", .tensor(pictures)), ("layout", .text("NHWC"))] + parts),
      format: "npz")
    let result = try diagnose(
      reference: Reference(archive, name: "deepmind"), checkpoint: old, engine: engine,
      tolerance: tolerance)
    #expect(findings(result.explanation) == ["stride: conv0"])
  }
}
