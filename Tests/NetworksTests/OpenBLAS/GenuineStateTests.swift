import Checkpoints
import Networks
import Tensors
import TestSupport
import Testing

/// The engine against DeepMind's own code on its own states; `docs/verification.md` has the table.
@Suite("OpenBLAS engine, DeepMind's states")
struct GenuineStateTests {
  /// A network of which DeepMind's code left a record.
  struct Network: Sendable, CustomTestStringConvertible {
    var name: String
    /// Named activations of one pass.
    var stages: Int
    var testDescription: String { name }

    static let all = [
      Network(name: "tiny_haiku_byol", stages: 60),
      Network(name: "tiny_haiku_byol_basicblock", stages: 45),
      Network(name: "tiny_haiku_byol_v2", stages: 56),
    ]
  }

  /// Largest errors.
  ///
  /// The records are float32; in training mode their own rounding, which the float64
  /// engine shows, is 1.5e-4 at an activation and 7.8e-5 at an output.
  private enum Bound {
    static let inference = 1e-5
    static let trainingOutputs = 1.2e-4
    static let trainingStages = 2.5e-4
    static let statistics = 1.5e-5
    static let exactStatistics = 1e-12
  }

  @Test(
    "every output and activation of inference", .enabled(if: Shared.isPresent, Shared.why),
    arguments: Network.all)
  func inference(_ network: Network) throws {
    let checkpoint = try GenuineReference("\(network.name).npz").checkpoint()
    let reference = try GenuineReference("infer_\(network.name).npz")
    for precision in OpenBLASEngine.Precision.allCases {
      let engine = OpenBLASEngine(precision: precision, threads: 1)
      for set in ["a", "b", "c", "d"] {
        let input = try reference.input("\(set)/images_01", checkpoint.contract)
        for branch in Branch.allCases {
          let pass = "\(set)/\(branch.rawValue)/eval"
          let recorder = Recorder()
          let result = try engine.run(
            ForwardRequest(branch: branch, input: input, trace: recorder.note), on: checkpoint)
          for output in Output.allCases {
            let expected = try reference.activation("\(pass)/\(output.rawValue)")
            let error = relativeError(result.outputs[output]?.values ?? [], expected.values)
            #expect(error < Bound.inference, "\(precision) \(pass)/\(output)")
          }
          let stages = try reference.stages(pass)
          #expect(stages.count == (branch == .online && set != "d" ? network.stages : 0))
          for (stage, expected) in stages {
            let mine = try #require(recorder[stage], "\(stage)")
            #expect(mine.shape == expected.shape, "\(stage)")
            let error = relativeError(mine.values, expected.values)
            #expect(error < Bound.inference, "\(precision) \(pass) \(stage)")
          }
        }
      }
    }
  }

  @Test(
    "every output, activation and running statistic of training mode",
    .enabled(if: Shared.isPresent, Shared.why), arguments: Network.all)
  func training(_ network: Network) throws {
    let state = try GenuineReference("\(network.name).npz")
    let loaded = try state.checkpoint()
    let reference = try GenuineReference("infer_\(network.name).npz")
    for precision in OpenBLASEngine.Precision.allCases {
      let engine = OpenBLASEngine(precision: precision, threads: 1)
      for set in ["a", "b", "c"] {
        for branch in Branch.allCases {
          let pass = "\(set)/\(branch.rawValue)/train"
          var checkpoint = loaded
          for (call, images) in [(1, "images_01"), (2, "train_view2_01")] {
            let recorder = Recorder()
            let result = try engine.run(
              ForwardRequest(
                branch: branch, input: reference.input("\(set)/\(images)", loaded.contract),
                isTraining: true, trace: recorder.note), on: checkpoint)
            checkpoint = try checkpoint.with(statistics: result.statistics)
            for output in Output.allCases {
              let expected = try reference.activation("\(pass)/\(output.rawValue)_view\(call)")
              let error = relativeError(result.outputs[output]?.values ?? [], expected.values)
              #expect(error < Bound.trainingOutputs, "\(precision) \(pass)/\(output) \(call)")
            }
            for (stage, expected) in try reference.stages(pass, call: call) {
              let mine = try #require(recorder[stage], "\(stage)")
              let error = relativeError(mine.values, expected.values)
              #expect(error < Bound.trainingStages, "\(precision) \(pass) \(stage) \(call)")
            }
          }
          guard branch == .online, set != "c" else { continue }
          let after = try state.checkpoint(
            replacing: ("online_state/", reference, "\(pass)/new_state/"))
          let error = try compareStatistics(checkpoint, with: after, branch: .online)
          #expect(error < Bound.statistics, "\(precision) \(pass)")
        }
      }
    }
  }

  @Test(
    "running statistics of a float64 training step", .enabled(if: Shared.isPresent, Shared.why))
  func exactStatistics() throws {
    let singles = try GenuineReference("oracle_haiku_tiny.npz")
    let exact = try GenuineReference("oracle_haiku_tiny_f64.npz")
    let engine = OpenBLASEngine(precision: .float64, threads: 1)
    for step in 0..<6 {
      var checkpoint = try singles.checkpoint("state\(step)/")
      let after = try exact.checkpoint("state\(step + 1)/")
      for branch in Branch.allCases {
        for view in ["view1", "view2"] {
          let input = try singles.input("step\(step)/\(view)", checkpoint.contract)
          let result = try engine.run(
            ForwardRequest(branch: branch, input: input, isTraining: true), on: checkpoint)
          checkpoint = try checkpoint.with(statistics: result.statistics)
        }
        let error = try compareStatistics(checkpoint, with: after, branch: branch)
        #expect(error < Bound.exactStatistics, "step \(step), \(branch)")
      }
    }
  }

  /// The largest relative error of a branch's running, hidden and counted statistics.
  private func compareStatistics(
    _ checkpoint: Checkpoint, with expected: Checkpoint, branch: Branch
  ) throws -> Double {
    var worst = 0.0
    var count = 0
    for entry in expected.entries {
      let isRunning = ["mean", "variance"].contains { entry.path.hasSuffix("/" + $0) }
      guard
        entry.path.hasPrefix("training/bn/\(branch)/")
          || (isRunning && entry.path.hasPrefix("\(branch)/"))
      else { continue }
      count += 1
      let mine = try checkpoint.tensor(entry.path).doubles()
      worst = max(worst, relativeError(mine, try entry.tensor.doubles()))
    }
    return count > 0 ? worst : .infinity
  }
}
