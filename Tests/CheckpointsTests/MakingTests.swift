import Archives
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Networks that a checkpoint lacks are made by word, the same every time, and noted.
@Suite struct MakingTests {
  /// The sample without target and predictor.
  func partial() throws -> Checkpoint {
    let whole = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    var contract = whole.contract
    contract.mlp.predictor = []
    contract.mlp.predictorBiases = []
    return Checkpoint(
      entries: whole.entries.filter {
        !$0.path.contains("target/") && !$0.path.contains("online/predictor/")
      }, contract: contract, provenance: whole.provenance)
  }

  @Test func `the target is the online encoder and projector, with their statistics`() throws {
    var checkpoint = try partial()
    try checkpoint.makeTarget(withPredictor: false)
    let copied = checkpoint.entries.filter { $0.path.contains("target/") }
    let expected = checkpoint.entries.filter {
      $0.path.hasPrefix("online/encoder/") || $0.path.hasPrefix("online/projector/")
        || $0.path.hasPrefix("training/bn/online/encoder/")
        || $0.path.hasPrefix("training/bn/online/projector/")
    }
    #expect(copied.count == expected.count && copied.count > 100)
    for entry in copied {
      let source = entry.path.replacing("target/", with: "online/")
      #expect(try entry.tensor.hasSameBits(as: checkpoint.tensor(source)), "\(entry.path)")
    }
    #expect(
      checkpoint.provenance.made == [
        "target.encoder": .copy(of: .onlineEncoder),
        "target.projector": .copy(of: .onlineProjector),
      ])
    #expect(checkpoint.roles.contains(.targetProjector))
  }

  @Test func `what is there is not made again`() throws {
    var whole = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    for failure in [
      #expect(throws: Failure.self) { try whole.makeTarget(withPredictor: true) },
      #expect(throws: Failure.self) {
        try whole.makePredictor(hidden: nil, seed: 0, initialiser: .truncatedNormal)
      },
    ] {
      #expect(failure?.kind == .usage)
    }
    #expect(whole.provenance.made == nil)
  }

  @Test func `a predictor needs a projector, and sizes that can be`() throws {
    var encoder = try partial()
    encoder = Checkpoint(
      entries: encoder.entries.filter { $0.path.hasPrefix("online/encoder/") },
      contract: encoder.contract)
    let failure = #expect(throws: Failure.self) {
      try encoder.makePredictor(hidden: 8, seed: 0, initialiser: .kaimingUniform)
    }
    #expect(failure?.kind == .usage)
    var checkpoint = try partial()
    for hidden in [0, -1, .max, 1 << 20 + 1] {
      let failure = #expect(throws: Failure.self) {
        try checkpoint.makePredictor(hidden: hidden, seed: 0, initialiser: .kaimingUniform)
      }
      #expect(failure?.kind == .usage, "\(hidden)")
    }
  }

  @Test func `a projector begins for an encoder alone, and a predictor after it`() throws {
    var encoder = try partial()
    let channels = try #require(encoder.contract.encoder.channels.last)
    encoder = Checkpoint(
      entries: encoder.entries.filter { $0.path.hasPrefix("online/encoder/") },
      contract: encoder.contract)
    try encoder.makeProjector(hidden: 12, width: 6, seed: 3, initialiser: .kaimingUniform)
    #expect(encoder.contract.mlp.projector == [channels, 12, 6])
    #expect(encoder.provenance.made == ["online.projector": .random(.kaimingUniform, seed: 3)])
    #expect(try encoder.tensor("online/projector/linear1/weight").shape == [6, 12])
    #expect(encoder["online/projector/linear0/bias"] != nil)
    #expect(encoder["online/projector/linear1/bias"] == nil)
    try encoder.makePredictor(hidden: nil, seed: 3, initialiser: .kaimingUniform)
    #expect(encoder.contract.mlp.predictor == [6, 12, 6])
    let first = try encoder.tensor("online/projector/linear0/weight").doubles()
    let second = try encoder.tensor("online/predictor/linear0/weight").doubles()
    // Each scaled to the unit interval: other numbers.
    #expect(
      abs(first[0] * Double(channels).squareRoot() - second[0] * 6.0.squareRoot()) > 1e-3)
    let failure = #expect(throws: Failure.self) {
      try encoder.makeProjector(seed: 3, initialiser: .kaimingUniform)
    }
    #expect(failure?.message.contains("its own projector") == true)
  }

  @Test func `a projector needs an encoder, and the width that a predictor takes`() throws {
    let whole = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    var headless = Checkpoint(
      entries: whole.entries.filter { $0.path.hasPrefix("online/predictor/") },
      contract: whole.contract)
    var orphan = Checkpoint(
      entries: whole.entries.filter {
        $0.path.hasPrefix("online/predictor/") || $0.path.hasPrefix("online/encoder/")
      }, contract: whole.contract)
    let width = try #require(whole.contract.mlp.predictor.first)
    for (failure, words) in [
      (
        #expect(throws: Failure.self) {
          try headless.makeProjector(seed: 0, initialiser: .truncatedNormal)
        }, "needs an encoder"
      ),
      (
        #expect(throws: Failure.self) {
          try orphan.makeProjector(
            hidden: 4, width: width + 1, seed: 0, initialiser: .truncatedNormal)
        }, "the predictor takes \(width) numbers"
      ),
    ] {
      #expect(failure?.kind == .usage && failure?.message.contains(words) == true)
    }
  }

  @Test(arguments: [Initialiser.truncatedNormal, .kaimingUniform])
  func `weights have the distribution of their program and follow the seed`(
    _ initialiser: Initialiser
  ) throws {
    func made(_ seed: UInt64) throws -> Checkpoint {
      var checkpoint = try partial()
      try checkpoint.makePredictor(hidden: 4000, seed: seed, initialiser: initialiser)
      return checkpoint
    }
    let (one, same, other) = (try made(5), try made(5), try made(6))
    let path = "online/predictor/linear0/weight"
    #expect(try one.tensor(path).hasSameBits(as: same.tensor(path)))
    #expect(try !one.tensor(path).hasSameBits(as: other.tensor(path)))
    let width = one.contract.mlp.projector.last ?? 0
    #expect(one.contract.mlp.predictor == [width, 4000, width])
    #expect(one.contract.mlp.predictorBiases == one.contract.mlp.projectorBiases)
    #expect(one.provenance.origins["contract.mlp.predictor"] == .flag)
    #expect(one.provenance.made == ["online.predictor": .random(initialiser, seed: 5)])
    let values = try one.tensor(path).doubles().map { $0 * Double(width).squareRoot() }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    #expect(abs(mean) < 0.02)
    switch initialiser {
    // A normal distribution that ends at two deviations has the deviation 0.8796.
    case .truncatedNormal:
      #expect(abs(deviation - 0.8796) < 0.02 && values.allSatisfy { abs($0) <= 2.000001 })
    case .kaimingUniform:
      #expect(abs(deviation - 1 / 3.0.squareRoot()) < 0.02)
      #expect(values.allSatisfy { abs($0) <= 1.000001 })
    }
    if let bias = one["online/predictor/linear0/bias"] {
      #expect(try bias.doubles().allSatisfy { ($0 == 0) == (initialiser == .truncatedNormal) })
    }
    #expect(try one.tensor("online/predictor/bn0/variance").doubles().allSatisfy { $0 == 1 })
  }

  @Test func `SplitMix64 gives the numbers of its paper's program`() {
    var generator = SplitMix64(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(generator.nextFraction()) })
  }
}
