import Checkpoints
import TestSupport
import Testing

@testable import Gradients

/// Forward and backward passes against what PyTorch and DeepMind's code recorded, one step from each
/// recorded state.
@Suite(.enabled(if: Shared.isPresent, Shared.why)) struct OracleTests {
  static let torch = ["adam", "lars_lrinbuf", "lars_paper", "sgd"].map {
    "fixtures/oracles/oracle_\($0)_f32.npz"
  }
  static let haiku = "fixtures/deepmind/oracle_haiku_tiny.npz"

  @Test(arguments: torch) func `float32 agrees with PyTorch`(path: String) throws {
    let oracle = try Oracle(path)
    for step in 0..<oracle.steps {
      let worst = try OracleStep(oracle, step, on: BLASBackend<Float>(threads: 2)).differences()
      for (kind, limit) in [
        ("online", 1e-5), ("target", 1e-5), ("statistics", 1e-6), ("gradients", 1e-4),
      ] {
        let difference = try #require(worst[kind])
        #expect(difference.value < limit, "step \(step): \(difference)")
      }
    }
  }

  /// Where an activation is so near 0 that float32's rounding decides on which side of the ReLU's kink it
  /// falls, gradients may jump; those steps are told by comparing with a float64 run.
  @Test func `float32 agrees with DeepMind's code`() throws {
    let oracle = try Oracle(Self.haiku)
    #expect(oracle.steps == 6)
    for step in 0..<oracle.steps {
      let worst = try OracleStep(oracle, step, on: BLASBackend<Float>(threads: 2)).differences()
      for (kind, limit) in [("online", 1e-4), ("target", 1e-4), ("statistics", 1e-5)] {
        let difference = try #require(worst[kind])
        #expect(difference.value < limit, "step \(step): \(difference)")
      }
      let kinks = try Kinks(oracle, step)
      #expect(kinks.largest < 1e-5, "step \(step): \(kinks)")
      let difference = try #require(worst["gradients"])
      #expect(
        difference.value < (kinks.count == 0 ? 2e-4 : 0.05), "step \(step): \(difference), \(kinks)"
      )
    }
  }

  @Test(arguments: [
    ("fixtures/oracles/oracle_lars_paper_f64.npz", nil),
    ("fixtures/deepmind/oracle_haiku_tiny_f64.npz", haiku),
  ]) func `float64 agrees to rounding`(path: String, inputs: String?) throws {
    let oracle = try Oracle(path, inputs: inputs)
    for step in 0..<oracle.steps {
      let worst = try OracleStep(oracle, step, on: BLASBackend<Double>(threads: 2)).differences()
      #expect(worst["gradients"] != nil && worst["statistics"] != nil)
      for (kind, difference) in worst {
        #expect(difference.value < 1e-11, "step \(step), \(kind): \(difference)")
      }
    }
  }
}

/// Activations that are 0 in float32 and not in float64, or the other way round.
struct Kinks {
  var count = 0
  /// The largest of them, in either precision.
  var largest = 0.0

  /// Those of the online network's passes in a step.
  init(_ oracle: Oracle, _ step: Int) throws {
    let checkpoint = try oracle.checkpoint(before: step)
    for view in 1...2 {
      let single = try Self.activations(
        checkpoint, oracle.view(view, of: step), BLASBackend<Float>())
      let double = try Self.activations(
        checkpoint, oracle.view(view, of: step), BLASBackend<Double>())
      #expect(single.count == double.count)
      for (left, right) in zip(single, double) where (left > 0) != (right > 0) {
        count += 1
        largest = max(largest, abs(left), abs(right))
      }
    }
  }

  /// The outputs of every batch norm and block, rectified where they are.
  private static func activations<Arithmetic: Backend>(
    _ checkpoint: Checkpoint, _ view: (shape: [Int], values: [Double]), _ backend: Arithmetic
  ) throws -> [Double] {
    let network = try Network(.online, of: checkpoint, on: backend, isTrained: false)
    var values: [Double] = []
    network.observe = { path, value in
      let leaf = path.split(separator: "/").last ?? ""
      guard leaf.hasPrefix("bn") || leaf.hasPrefix("block") else { return }
      let numbers = try backend.numbers(of: value).map { Double($0) }
      // A batch norm without a ReLU has numbers of both signs, and no kink.
      if numbers.allSatisfy({ !($0 < 0) }) { values += numbers }
    }
    _ = try network.run(
      Batch(shape: view.shape, exact: view.values), until: .prediction, isTraining: true,
      records: false)
    return values
  }
}
