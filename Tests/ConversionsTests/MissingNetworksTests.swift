import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Conversions

/// `--target from-online`, `--predictor random`, `--zero-biases`.
@Suite struct MissingNetworksTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")
  let partial = [
    "target_*", "online_params/predictor/*", "online_state/predictor/*", "opt_state/*",
  ]

  @Test func `a partial checkpoint becomes whole in a native file, which says how`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.drop = partial
    options.target = "from-online"
    options.predictor = "random:20"
    options.seed = 11
    let output = folder.path("whole.h5")
    let report = try Conversion(sample, to: output, options: options).run()
    let expected: [String: MadeRole] = [
      "online.predictor": .random(.truncatedNormal, seed: 11),
      "target.encoder": .copy(of: .onlineEncoder),
      "target.projector": .copy(of: .onlineProjector),
    ]
    #expect(report.made == expected)
    let loaded = try Loaded(output)
    #expect(loaded.checkpoint.provenance.made == expected)
    #expect(loaded.checkpoint.contract.mlp.predictor.count == 3)
    #expect(loaded.checkpoint.contract.mlp.predictor[1] == 20)
    #expect(try Inspection(loaded).made == expected)
    let fingerprints = loaded.checkpoint.provenance.fingerprints
    #expect(fingerprints["target.encoder"] != nil)
    let verification = try FileVerification(output)
    #expect(verification.passed, "\(verification.verdicts)")
    // The probe ran through what was made, too.
    let stages = try #require(loaded.checkpoint.verification.probe).stages
    #expect(stages.contains { $0.branch == .online && $0.name == "prediction" })
    #expect(stages.contains { $0.branch == .target && $0.name == "projection" })
  }

  @Test func `the target's predictor is made for files that have one`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.drop = ["target_*"]
    options.target = "from-online"
    let output = folder.path("whole.npz")
    let report = try Conversion(sample, to: output, options: options).run()
    #expect(
      report.made.keys.sorted() == ["target.encoder", "target.predictor", "target.projector"])
    let again = try Loaded(output).checkpoint
    #expect(again.roles.contains(.targetPredictor))
    // The way back keeps what was said of it.
    #expect(again.provenance.made == report.made)
  }

  @Test func `zero biases are written by word only`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.to = "solo-learn"
    let output = folder.path("net.safetensors")
    let failure = #expect(throws: Failure.self) {
      try Conversion(sample, to: output, options: options).run()
    }
    #expect(failure?.kind == .usage && failure?.message.contains("--zero-biases") == true)
    options.zeroBiases = true
    let report = try Conversion(sample, to: output, options: options).run()
    let bias = try Loaded(output).checkpoint.tensor("online/projector/linear1/bias")
    #expect(try bias.doubles().allSatisfy { $0 == 0 })
    #expect(report.notes.contains { $0.contains("zeros were written") })
  }

  @Test(
    arguments: [
      ("online", nil, nil), (nil, "zeros", nil), (nil, "random:", nil), (nil, "random:0", nil),
      (nil, "random:-4", nil), (nil, "random:4:4", nil), (nil, "random:4x", nil), (nil, nil, 7),
    ] as [(String?, String?, UInt64?)])
  func `other words are usage errors`(target: String?, predictor: String?, seed: UInt64?) throws {
    var options = ConversionOptions()
    options.target = target
    options.predictor = predictor
    options.seed = seed
    let failure = #expect(throws: Failure.self) { try MissingNetworks(options) }
    #expect(failure?.kind == .usage)
  }
}
