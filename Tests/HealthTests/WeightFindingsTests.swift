import Checkpoints
import Health
import Tensors
import TestSupport
import Testing

/// Each finding in a network that has it, and in one that nearly has it.
@Suite struct WeightFindingsTests {
  private let layer = "online/encoder/stage0/block0/conv0/weight"
  private let norm = "online/encoder/stage0/block0/bn0"

  /// The only finding of a changed network.
  private func only(_ checkpoint: Checkpoint, lag: Double? = nil) throws -> Finding {
    let all = try Network.findings(checkpoint, lag: lag)
    #expect(all.count == 1, "\(all)")
    return try #require(all.first)
  }

  @Test func aHealthyNetworkHasNone() throws {
    #expect(try Network.findings(Network.healthy()) == [])
  }

  @Test(arguments: [Float.nan, .infinity])
  func whatIsNotFinite(_ bad: Float) throws {
    let network = try Network.healthy()
    let found = try only(network.changing(layer) { _, values in values[7] = bad })
    #expect(found.severity == .error && found.code == .notFinite)
    #expect(found.place == "online.encoder" && found.message.contains(layer))
    let largest = network
    #expect(
      try Network.findings(
        largest.changing(layer) { _, values in values[7] = .greatestFiniteMagnitude }
      ).filter { $0.code == .notFinite }.isEmpty)
    let state = try only(
      network.changing("optimizer/momentum/" + layer) { _, values in values[0] = bad })
    #expect(state.code == .notFinite && state.place == "optimizer")
  }

  @Test func deadChannels() throws {
    let network = try Network.healthy()
    let row = try network.tensor(layer).shape.dropFirst().reduce(1, *)
    let found = try only(
      network.changing(layer) { _, values in for index in 0..<row { values[index] = 0 } })
    #expect(found.code == .deadChannels && found.severity == .note)
    #expect(found.message.hasPrefix("1 output channel of "))
    // A single weight left alive.
    #expect(
      try Network.findings(
        network.changing(layer) { _, values in for index in 1..<row { values[index] = 0 } }
      ).isEmpty)
    // A whole layer is an error.
    let whole = try only(network.setting(layer, to: 0))
    #expect(whole.severity == .error && whole.message.contains("nothing is left of"))
  }

  @Test func aWeightOfOneNumber() throws {
    let network = try Network.healthy()
    let found = try only(network.setting(layer, to: 0.25))
    #expect(found.code == .constantWeight && found.severity == .error)
    let nearly = try network.changing(layer) { _, values in
      values = values.indices.map { $0 == 3 ? 0.250001 : 0.25 }
    }
    #expect(try Network.findings(nearly).isEmpty)
  }

  @Test func scalesOfZero() throws {
    let network = try Network.healthy()
    let found = try only(network.changing(norm + "/scale") { _, values in values[0] = 0 })
    #expect(found.code == .zeroScale && found.severity == .note)
    #expect(found.message.contains("1 of \(norm)"))
    #expect(
      try Network.findings(network.changing(norm + "/scale") { _, v in v[0] = 2e-6 }).isEmpty)
    // A whole residual branch; before the first update that is how it begins.
    let last = "online/encoder/stage0/block0/bn2/scale"
    #expect(try only(network.setting(last, to: 0)).severity == .warning)
    let fresh = try Network.findings(Network.healthy(step: 0).setting(last, to: 0))
    #expect(fresh.first { $0.code == .zeroScale }?.severity == .note)
  }

  @Test func offsetsFarBelowZeroBeforeAReLU() throws {
    let network = try Network.healthy()
    func with(_ offset: Float, in norm: String) throws -> [Finding] {
      try Network.findings(
        network.setting(norm + "/scale", to: 0.5).changing(norm + "/offset") { _, values in
          values[0] = offset
        })
    }
    let found = try with(-3.1, in: norm)
    #expect(found.map(\.code) == [.deadReLU] && found[0].message.contains("1 of \(norm)"))
    #expect(try with(-2.9, in: norm).isEmpty)
    // The last one of a block is added to the shortcut first.
    #expect(try with(-3.1, in: "online/encoder/stage0/block0/bn2").isEmpty)
    #expect(try with(-3.1, in: "online/encoder/stage0/block0/shortcut/bn").isEmpty)
    #expect(try with(-3.1, in: "online/projector/bn0").map(\.code) == [.deadReLU])
  }

  @Test func runningVariances() throws {
    let network = try Network.healthy()
    func with(_ variance: Float) throws -> [Finding] {
      try Network.findings(network.changing(norm + "/variance") { _, v in v[2] = variance })
    }
    #expect(try with(-1e-12).map(\.code) == [.negativeVariance])
    #expect(try with(0).map(\.code) == [.zeroVariance])
    #expect(try with(1e-12).isEmpty)
  }

  @Test func statisticsThatWereNeverUpdated() throws {
    let network = try Network.healthy().setting(norm + "/mean", to: 0)
    #expect(try Network.findings(network).isEmpty, "the variance was updated")
    let one = try only(network.setting(norm + "/variance", to: 1))
    #expect(one.code == .statisticsNeverUpdated && one.severity == .warning)
    #expect(one.place == norm)
    let all = try Network.healthy().setting("/mean", to: 0).setting("/variance", to: 1)
    let found = try only(all)
    #expect(found.severity == .warning && found.place.hasPrefix("online.encoder, online.proj"))
    var fresh = all
    fresh.recipe.step = 0
    #expect(
      try Network.findings(fresh).first { $0.code == .statisticsNeverUpdated }?.severity == .note)
  }

  @Test func optimiserState() throws {
    let network = try Network.healthy()
    let found = try only(network.setting("optimizer/", to: 0))
    #expect(found.code == .zeroMomentum && found.severity == .warning)
    #expect(found.message.contains("after 5,000 steps"))
    var fresh = try network.setting("optimizer/", to: 0)
    fresh.recipe.step = 0
    #expect(try only(fresh).severity == .note)
    let frozen = try only(network.setting("optimizer/momentum/" + layer, to: 0))
    #expect(frozen.code == .frozenParameter && frozen.message.hasSuffix(layer))
    let nearly = try network.changing("optimizer/momentum/" + layer) { _, values in
      values = values.indices.map { $0 == 0 ? 1e-30 : 0 }
    }
    #expect(try Network.findings(nearly).isEmpty)
  }

  @Test func aTargetEqualToTheOnlineNetwork() throws {
    let network = try Network.healthy()
    let copy = try network.changing("target/") { path, values in
      values = try network.tensor("online/" + path.dropFirst("target/".count)).floats()
    }
    #expect(try only(copy).code == .targetEqualsOnline)
    #expect(try only(copy).severity == .warning)
    var fresh = copy
    fresh.recipe.step = 0
    #expect(try only(fresh).severity == .note)
    let nearly = try copy.changing("target/encoder/stem/conv/weight") { _, v in v[0] += 1e-6 }
    #expect(try Network.findings(nearly).isEmpty)
  }

  @Test func aTargetThatDoesNotFollow() throws {
    let checkpoint = try Network.healthy()
    // Independent weights, as DeepMind's program begins with.
    func independent(_ step: Int) throws -> Checkpoint {
      var network = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
      network.recipe.step = step
      return network
    }
    #expect(try only(independent(5000)).code == .targetNotFollowing)
    #expect(try Network.findings(independent(WeightFindings.leastSteps - 1)).isEmpty)
    let far = try only(checkpoint, lag: 5.1)
    #expect(far.code == .targetNotFollowing && far.message.contains("5.1 times"))
    #expect(try Network.findings(checkpoint, lag: 4.9).isEmpty)
  }

  /// No alarm on files that programs wrote which work.
  @Test(
    .enabled(if: Shared.isPresent, Shared.why), arguments: DialectFixture.all)
  func genuineCheckpointsHaveNoWarnings(_ fixture: DialectFixture) throws {
    let checkpoint = try Loaded(Shared.path(fixture.path)).checkpoint
    let findings = try Network.findings(checkpoint).filter { $0.severity != .note }
    #expect(findings == [], "\(findings)")
  }
}
