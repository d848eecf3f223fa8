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

  /// Where two numbers are so near that float32's rounding decides which side of a ReLU an activation is
  /// on, or which pixel is the largest, gradients may jump; a float64 run tells those steps.
  @Test func `float32 agrees with DeepMind's code`() throws {
    let oracle = try Oracle(Self.haiku)
    #expect(oracle.steps == 6)
    for step in 0..<oracle.steps {
      let worst = try OracleStep(oracle, step, on: BLASBackend<Float>(threads: 2)).differences()
      let kinks = try Kinks(oracle, step, on: BLASBackend<Float>(threads: 2))
      #expect(kinks.widest < 1e-5, "step \(step): \(kinks)")
      for (kind, limit) in [
        ("online", 1e-4), ("target", 1e-4), ("statistics", 2e-5),
        ("gradients", kinks.count == 0 ? 2e-4 : 0.05),
      ] {
        let difference = try #require(worst[kind])
        #expect(difference.value < limit, "step \(step): \(difference), \(kinks)")
      }
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
