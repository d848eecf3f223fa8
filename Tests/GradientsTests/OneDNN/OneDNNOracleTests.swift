#if ONEDNN
  import Checkpoints
  import TestSupport
  import Testing

  @testable import Gradients

  /// The oracles of the OpenBLAS backend, for oneDNN.
  @Suite(.enabled(if: Shared.isPresent, Shared.why)) struct OneDNNOracleTests {
    @Test(arguments: OracleTests.torch) func `float32 agrees with PyTorch`(path: String) throws {
      let oracle = try Oracle(path)
      for step in 0..<oracle.steps {
        let worst = try OracleStep(oracle, step, on: OneDNNBackend(threads: 2)).differences()
        for (kind, limit) in [
          ("online", 1e-5), ("target", 1e-5), ("statistics", 1e-6), ("gradients", 1e-4),
        ] {
          let difference = try #require(worst[kind])
          #expect(difference.value < limit, "step \(step): \(difference)")
        }
      }
    }

    /// Gradients may jump where rounding decides on which side of a ReLU's kink an activation falls.
    @Test func `float32 agrees with DeepMind's code`() throws {
      let oracle = try Oracle(OracleTests.haiku)
      for step in 0..<oracle.steps {
        let worst = try OracleStep(oracle, step, on: OneDNNBackend(threads: 2)).differences()
        for (kind, limit) in [
          ("online", 1e-4), ("target", 1e-4), ("statistics", 1e-5), ("gradients", 0.05),
        ] {
          let difference = try #require(worst[kind])
          #expect(difference.value < limit, "step \(step): \(difference)")
        }
      }
    }
  }
#endif
