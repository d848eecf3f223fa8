import Archives
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// `--dtype`, up to what engines measure.
@Suite struct CheckpointCastingTests {
  private func sample() throws -> Checkpoint {
    try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
  }

  @Test func `words say which tensors get which type`() throws {
    #expect(try CastPlan(["f16"]).types == [.weights: .float16])
    #expect(
      try CastPlan(["bfloat16", "statistics=f16", "optimizer=bf16"]).types == [
        .weights: .bfloat16, .statistics: .float16, .optimizer: .bfloat16,
      ])
    #expect(try CastPlan([]).types.isEmpty)
    for words in [["f8"], ["f64"], [""], ["f16", "weights=f32"], ["extras=f16"], ["a=b=f16"]] {
      let failure = #expect(throws: Failure.self) { try CastPlan(words) }
      #expect(failure?.kind == .usage, "\(words)")
    }
  }

  @Test func `parameters are cast, statistics and optimiser only where they are named`() throws {
    let before = try sample()
    let (after, record) = try before.cast(CastPlan(["f16"]), threads: 2)
    var cast = 0
    for (old, new) in zip(before.entries, after.entries) {
      #expect(old.path == new.path && old.tensor.shape == new.tensor.shape)
      let leaf = old.path.split(separator: "/").last
      let isParameter = Role(of: old.path).isWeights && leaf != "mean" && leaf != "variance"
      guard isParameter else {
        #expect(try new.tensor.hasSameBits(as: old.tensor), "\(old.path)")
        continue
      }
      cast += 1
      #expect(new.tensor.elementType == .float16, "\(old.path)")
      #expect(
        try new.tensor.floats() == old.tensor.floats().map { Float(Float16($0)) }, "\(old.path)")
    }
    #expect(record.tensors == cast && cast > 100 && record.changed > 0)
    #expect(record.types == [.weights: .float16] && record.outputs.isEmpty)
    let (all, _) = try before.cast(
      CastPlan(["bf16", "statistics=bf16", "optimizer=bf16"]), threads: 2)
    for entry in all.entries {
      let isNumber = before[entry.path]?.elementType.isFloatingPoint == true
      #expect((entry.tensor.elementType == .bfloat16) == isNumber, "\(entry.path)")
    }
  }

  @Test func `the tree says what a tensor is now, and no hash of what it was`() throws {
    let loaded = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz"))
    let (after, _) = try loaded.checkpoint.cast(CastPlan(["bf16"]), threads: 1)
    let leaves = try #require(after.tree).leaves
    #expect(leaves.count == loaded.checkpoint.tree?.leaves.count)
    for (_, leaf) in leaves {
      guard let path = leaf.path, let tensor = after[path] else { continue }
      #expect(leaf.dtype == tensor.elementType)
      if tensor.elementType == .bfloat16 { #expect(leaf.sha256 == nil) }
    }
  }

  @Test func `a number that the type cannot hold is refused by its tensor's name`() throws {
    let path = "online/encoder/stem/conv/weight"
    let checkpoint = Checkpoint(
      entries: [
        Checkpoint.Entry(path, try Tensor(floats: [1, -70000, 1e5], shape: [3])),
        Checkpoint.Entry("online/encoder/stem/bn/mean", try Tensor(floats: [1e6], shape: [1])),
      ], contract: try sample().contract)
    let failure = #expect(throws: Failure.self) {
      try checkpoint.cast(CastPlan(["f16"]), threads: 1)
    }
    #expect(failure?.kind == .usage && failure?.place == path)
    #expect(failure?.message.contains("2 numbers") == true)
    #expect(failure?.message.contains("100000") == true)
    let (cast, _) = try checkpoint.cast(CastPlan(["bf16"]), threads: 1)
    #expect(try cast.tensor(path).floats()[1] == -70144)
    #expect(throws: Failure.self) {
      try checkpoint.cast(CastPlan(["statistics=f16"]), threads: 1)
    }
  }

  @Test func `the record survives JSON`() throws {
    var (_, record) = try sample().cast(CastPlan(["f16", "optimizer=bf16"]), threads: 1)
    record.engine = "an engine"
    record.outputs = [.init(branch: .target, output: "embedding", relativeL2: 0.25)]
    var provenance = Provenance(createdBy: "a test")
    provenance.casts = [record]
    let json = try jsonBytes(provenance)
    #expect(String(decoding: json, as: UTF8.self).contains("\"weights\" : \"float16\""))
    #expect(try decoded(json) == provenance)
    #expect(record.summary.hasPrefix("weights to float16, optimizer to bfloat16 ("))
    #expect(record.cost.hasPrefix("relative L2 on the probe: target embedding 0.25"))
  }

  private func decoded(_ json: [UInt8]) throws -> Provenance {
    let archive = Archive(
      .dict([
        ("contract", .tensor(try document(jsonBytes(sample().contract)))),
        ("recipe", .tensor(try document(jsonBytes(Recipe())))),
        ("provenance", .tensor(try document(json))),
        ("online/encoder/stem/bn/scale", .tensor(try Tensor(floats: [1], shape: [1]))),
      ]), format: "npz")
    return try NativeReading.read(archive).checkpoint.provenance
  }

  private func document(_ bytes: [UInt8]) throws -> Tensor {
    try Tensor(.uint8, shape: [bytes.count], bytes: bytes)
  }
}
