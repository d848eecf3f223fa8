import TestSupport
import Tensors
import Testing

@testable import Checkpoints

/// The moving average of recorded runs, estimated from two checkpoints alone.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct TargetMovementTests {
  let haiku = "fixtures/deepmind/oracle_haiku_tiny.npz"

  @Test(arguments: 0..<6) func `one update of DeepMind's code gives its tau`(step: Int) throws {
    let oracle = try Oracle(haiku)
    let (before, after) = (
      try oracle.checkpoint(before: step), try oracle.checkpoint(after: step)
    )
    let found = try #require(try TargetMovement(from: before, to: after))
    let tau = try oracle.number("step\(step)/logs/tau")
    #expect(found.verdict == .follows)
    #expect(abs(try #require(found.share) - (1 - tau)) < 1e-3 * (1 - tau))
    #expect(try #require(found.residual) < 1e-2)
  }

  @Test func `several updates give about the product of their taus, and its root with the steps`()
    throws
  {
    let oracle = try Oracle(haiku)
    var (first, last) = (try oracle.checkpoint(before: 1), try oracle.checkpoint(after: 5))
    (first.recipe.step, last.recipe.step) = (1, 6)
    let found = try #require(try TargetMovement(from: first, to: last))
    var kept = 1.0
    for step in 1...5 { kept *= try oracle.number("step\(step)/logs/tau") }
    #expect(found.verdict == .follows && found.steps == 5)
    #expect(abs(try #require(found.share) - (1 - kept)) < 0.15 * (1 - kept))
    #expect(abs(try #require(found.tau) - 0.977) < 0.005)
  }

  @Test func `a target that stands still, is copied or goes elsewhere is said to`() throws {
    let oracle = try Oracle(haiku)
    let (before, after) = (try oracle.checkpoint(before: 2), try oracle.checkpoint(after: 2))
    /// The state after the step, with the target's tensors made from those before it.
    func moved(_ change: (String, Tensor) throws -> Tensor) throws -> Checkpoint {
      Checkpoint(
        entries: try after.entries.map { entry in
          guard entry.path.hasPrefix("target/"), let old = before[entry.path] else { return entry }
          return Checkpoint.Entry(entry.path, try change(entry.path, old))
        }, contract: after.contract)
    }
    let still = try moved { $1 }
    #expect(try TargetMovement(from: before, to: still)?.verdict == .still)
    let copied = try moved { path, old in after["online" + path.dropFirst(6)] ?? old }
    #expect(try TargetMovement(from: before, to: copied)?.verdict == .copied)
    let away = try moved { _, old in
      var values = try old.floats()
      for index in values.indices { values[index] += index % 2 == 0 ? 0.1 : -0.1 }
      return try Tensor(floats: values, shape: old.shape)
    }
    let found = try #require(try TargetMovement(from: before, to: away))
    #expect(found.verdict == .elsewhere && found.share == nil && found.tau == nil)
  }
}
