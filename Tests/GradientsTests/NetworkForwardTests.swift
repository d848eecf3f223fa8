import Archives
import Checkpoints
import Networks
import Tensors
import TestSupport
import Testing

@testable import Gradients

/// Forward passes against the engine that inference is verified with; the two share nothing but the
/// checkpoint.
@Suite struct NetworkForwardTests {
  @Test(
    .enabled(if: Shared.isPresent, Shared.why),
    arguments: DialectFixture.torch + DialectFixture.deepMindOthers)
  func `every genuine checkpoint's outputs and running statistics`(fixture: DialectFixture) throws {
    let checkpoint = try Loaded(Shared.path(fixture.path)).checkpoint
    for branch in Branch.allCases where checkpoint.roles.contains(branch.encoder) {
      for isTraining in [false, true] {
        try compare(checkpoint, branch, isTraining: isTraining)
      }
    }
  }

  @Test(arguments: ["sem", "simsiam"])
  func `projectors of byol-pytorch`(name: String) throws {
    let checkpoint = try ProjectorFixture.checkpoint(name)
    for isTraining in [false, true] {
      try compare(checkpoint, .online, isTraining: isTraining)
    }
  }

  private func compare(_ checkpoint: Checkpoint, _ branch: Branch, isTraining: Bool) throws {
    let network = try Network(
      branch, of: checkpoint, on: BLASBackend<Double>(threads: 2), isTrained: false)
    let side = checkpoint.contract.encoder.stem.pool ? 40 : 20
    let pictures = Random.pictures([3, 3, side, side + 3])
    if !isTraining, !network.normsWithoutStatistics.isEmpty {
      #expect(throws: Failure.self) {
        try network.run(pictures, until: .embedding, isTraining: false, records: false)
      }
      return
    }
    let request = ForwardRequest(
      branch: branch,
      input: Activation(shape: pictures.shape, values: pictures.exact ?? []),
      isTraining: isTraining)
    let expected = try Engines.exact(threads: 1).run(request, on: checkpoint)
    let pass = try network.run(
      pictures, until: network.lastOutput, isTraining: isTraining, records: false)
    for (output, rows) in pass.outputs {
      let name = try #require(Output(rawValue: "\(output)"))
      let theirs = try #require(expected.outputs[name])
      #expect([rows.count, rows.width] == theirs.shape)
      let difference = Difference(of: "\(output)", rows.values, theirs.values)
      #expect(difference.value < 1e-10, "\(branch), training: \(isTraining): \(difference)")
    }
    #expect(pass.outputs.count == expected.outputs.keys.filter { $0 != .logits }.count)
    for (path, theirs) in expected.statistics {
      let mine = try #require(network.statistics.values[path], "\(path)")
      let difference = Difference(of: path, mine, theirs, floor: 1e-3)
      #expect(difference.value < 1e-10, "\(difference)")
    }
  }
}
