import TestSupport
import Tensors
import Testing

@testable import Checkpoints

/// The sample beside versions of it in which one thing was changed.
@Suite struct CheckpointDifferencesTests {
  let sample: Loaded

  init() throws { sample = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")) }

  /// The sample with other tensors: nil leaves one out, another path moves it.
  private func changed(
    _ change: (Checkpoint.Entry) throws -> Checkpoint.Entry?
  ) throws -> Loaded {
    var copy = sample
    let old = sample.checkpoint
    copy.checkpoint = Checkpoint(
      entries: try old.entries.compactMap(change), contract: old.contract, recipe: old.recipe,
      provenance: old.provenance, extras: old.extras)
    return copy
  }

  private func entry(
    _ entry: Checkpoint.Entry, _ change: (Float) -> Float
  ) throws -> Checkpoint.Entry {
    let values = try entry.tensor.floats().map(change)
    return Checkpoint.Entry(entry.path, try Tensor(floats: values, shape: entry.tensor.shape))
  }

  private func kinds(_ found: CheckpointDifferences) -> [DifferenceSentence.Kind] {
    found.sentences.map(\.kind)
  }

  @Test func `a file and itself in another format are the same`() throws {
    let found = try CheckpointDifferences(sample, changed { $0 })
    #expect(found.same && kinds(found) == [.same])
    #expect(found.roles.allSatisfy { $0.verdict == .same })
    #expect(found.tensors.count == sample.checkpoint.entries.count)
  }

  @Test func `one number of one tensor is found, with its distance`() throws {
    let path = "target/projector/linear0/bias"
    let other = try changed { entry in
      guard entry.path == path else { return entry }
      var values = try entry.tensor.floats()
      values[0] = values[0].nextUp.nextUp
      return Checkpoint.Entry(path, try Tensor(floats: values, shape: entry.tensor.shape))
    }
    let found = try CheckpointDifferences(sample, other)
    #expect(!found.same)
    #expect(found.roles.filter { $0.verdict != .same }.map(\.role) == [.targetProjector])
    let tensor = try #require(found.tensors.first { $0.verdict != .same })
    #expect(tensor.path == path && tensor.difference?.ulp == 2 && tensor.difference?.differing == 1)
    // Within a tolerance it is the same; a smaller one is not enough.
    #expect(try CheckpointDifferences(sample, other, tolerance: 1e-5).same)
    #expect(try !CheckpointDifferences(sample, other, tolerance: 1e-12).same)
  }

  @Test func `roles that were left out or came in are named`() throws {
    let online = try changed { $0.path.hasPrefix("target/") ? nil : $0 }
    let lost = try CheckpointDifferences(sample, online)
    #expect(
      lost.roles.filter { $0.verdict == .removed }.map(\.role).allSatisfy {
        $0.rawValue.hasPrefix("target")
      })
    #expect(kinds(lost).count { $0 == .removed } == 4)
    let won = try CheckpointDifferences(online, sample)
    #expect(won.roles.count { $0.verdict == .added } == 4)
  }

  @Test func `the online network under the target's names is recognised`() throws {
    let turned = try changed { entry in
      guard entry.path.hasPrefix("online/") else { return nil }
      return Checkpoint.Entry("target" + entry.path.dropFirst(6), entry.tensor)
    }
    let found = try CheckpointDifferences(sample, turned)
    let role = try #require(found.roles.first { $0.role == .targetEncoder })
    #expect(role.sameAs == .onlineEncoder)
    #expect(
      found.sentences.contains {
        $0.kind == .renamed && $0.text.contains("target.encoder of B has the weights of A, online")
      })
    #expect(
      found.tensors.first { $0.path == "target/encoder/stem/conv/weight" }?.sameAs
        == "online/encoder/stem/conv/weight")
  }

  @Test func `a head under another name is recognised`() throws {
    let renamed = try changed { entry in
      Checkpoint.Entry(entry.path.replacing("heads/classifier", with: "heads/linear"), entry.tensor)
    }
    let found = try CheckpointDifferences(sample, renamed)
    #expect(found.roles.first { $0.role == .onlineHeads }?.sameAs == .onlineHeads)
    #expect(found.sentences.contains { $0.text.contains("under other names") })
  }

  @Test func `a fresh head was reset, and one that moved was not`() throws {
    let prefix = "online/heads/"
    var random = SplitMix64(seed: 3)
    let fresh = try changed { entry in
      guard entry.path.hasPrefix(prefix) else { return entry }
      return try self.entry(entry) { _ in
        entry.path.hasSuffix("bias") ? 0 : Float(random.next() >> 40) / 8_388_608 - 1
      }
    }
    let reset = try CheckpointDifferences(sample, fresh)
    #expect(reset.roles.first { $0.role == .onlineHeads }?.looksFresh == true)
    #expect(kinds(reset) == [.reset])
    let moved = try changed { entry in
      guard entry.path.hasPrefix(prefix) else { return entry }
      return try self.entry(entry) { 0.9 * $0 + 0.001 }
    }
    let found = try CheckpointDifferences(sample, moved)
    #expect(found.roles.first { $0.role == .onlineHeads }?.looksFresh == false)
    #expect(kinds(found) == [.moved])
  }

  @Test func `a momentum of zeros was reset, another one is another`() throws {
    func momentum(_ change: @escaping (Float) -> Float) throws -> CheckpointDifferences {
      try CheckpointDifferences(
        sample,
        changed { entry in
          entry.path.hasPrefix("optimizer/") ? try self.entry(entry, change) : entry
        })
    }
    #expect(try momentum { _ in 0 }.sentences.map(\.text).first?.contains("was reset") == true)
    let halved = try momentum { $0 / 2 }
    #expect(kinds(halved) == [.optimizer])
    #expect(halved.sentences[0].text.contains("is another"))
  }

  @Test func `statistics that were computed anew are told from weights that moved`() throws {
    let other = try changed { entry in
      let isStatistic = entry.path.hasSuffix("/mean") || entry.path.hasSuffix("/variance")
      guard isStatistic, entry.path.hasPrefix("online/encoder/") else { return entry }
      return try self.entry(entry) { $0 * 1.25 + 0.01 }
    }
    let found = try CheckpointDifferences(sample, other)
    #expect(kinds(found) == [.statistics])
    #expect(found.sentences[0].role == .onlineEncoder)
  }

  /// The sample with the tensors below `prefix` in another type.
  private func rounded<Stored>(
    _ prefix: String, to type: ElementType, _ round: (Float) -> Stored
  ) throws -> Loaded {
    try changed { entry in
      guard entry.path.hasPrefix(prefix) else { return entry }
      let numbers = try entry.tensor.floats().map(round)
      return Checkpoint.Entry(
        entry.path,
        try Tensor(
          type, shape: entry.tensor.shape, bytes: numbers.withUnsafeBytes { Array($0) }))
    }
  }

  @Test func `the same weights in bfloat16 are the same, rounded`() throws {
    let other = try rounded("online/encoder/", to: .bfloat16, BFloat16.rounded)
    let found = try CheckpointDifferences(sample, other)
    #expect(kinds(found) == [.precision])
  }

  @Test func `numbers that are too small for float16 are said to be gone`() throws {
    // A bias before a batch norm has no gradient: rounding errors, all below the smallest float16.
    let bias = "online/projector/linear0/bias"
    let other = try rounded("online/projector/", to: .float16) { Float16($0) }
    let found = try CheckpointDifferences(sample, other)
    #expect(kinds(found) == [.precision])
    let difference = found.tensors.first { $0.path == bias }?.difference
    #expect(difference?.zeroed == 32 && difference?.relative == 1)
    let zeroed = found.tensors.reduce(0) { $0 + ($1.difference?.zeroed ?? 0) }
    #expect(
      found.sentences[0].text
        == "online.projector is the same, rounded to float16; \(zeroed) numbers too small for it became 0"
    )
  }

  @Test func `contract, recipe and steps are part of it`() throws {
    var other = try changed { $0 }
    try other.checkpoint.set("encoder.padding=symmetric")
    try other.checkpoint.set("recipe.tau.base=0.9")
    other.checkpoint.recipe.step = (sample.checkpoint.recipe.step ?? 0) + 1500
    let found = try CheckpointDifferences(sample, other)
    #expect(!found.same && found.roles.allSatisfy { $0.verdict == .same })
    #expect(found.contract.map { $0[0] } == ["encoder.padding"])
    #expect(found.recipe.map { $0[0] } == ["step", "tau.base"])
    #expect(kinds(found) == [.steps, .contract, .recipe])
    #expect(found.sentences[0].text.contains("1,500 updates after"))
  }
}
