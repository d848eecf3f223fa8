import Checkpoints
import Networks
import Tensors
import TestSupport
import Testing

/// The engine against DeepMind's own code on its own states.
@Suite("OpenBLAS engine, DeepMind's states")
struct GenuineStateTests {
  /// A network and the largest float32 errors that its reference is due; see docs/verification.md.
  struct Network: Sendable, CustomTestStringConvertible {
    var name: String
    /// Activations with names, of one pass.
    var stages: Int
    var testDescription: String { name }

    static let all = [
      Network(name: "tiny_haiku_byol", stages: 60),
      Network(name: "tiny_haiku_byol_basicblock", stages: 60),
      Network(name: "tiny_haiku_byol_v2", stages: 60),
    ]
  }

  @Test(
    "every output and activation of inference",
    .enabled(if: Shared.isPresent, Shared.why), arguments: Network.all)
  func inference(_ network: Network) throws {
    let checkpoint = try Loaded(
      Shared.path("fixtures/deepmind/\(network.name).npz")
    ).checkpoint
    let reference = try GenuineReference(network.name)
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
            print("NUM", network.name, precision, pass, output, error)
          }
          let stages = try reference.stages(pass)
          print("NUM", network.name, precision, pass, "stages", stages.count)
          for (stage, expected) in stages {
            let mine = try #require(recorder[stage], "\(stage)")
            #expect(mine.shape == expected.shape, "\(stage)")
            let error = relativeError(mine.values, expected.values)
            print("NUM", network.name, precision, pass, "act", stage, error)
          }
        }
      }
    }
  }

  @Test(
    "every output, activation and running statistic of training mode",
    .enabled(if: Shared.isPresent, Shared.why), arguments: Network.all)
  func training(_ network: Network) throws {
    let loaded = try Loaded(Shared.path("fixtures/deepmind/\(network.name).npz")).checkpoint
    let reference = try GenuineReference(network.name)
    for precision in OpenBLASEngine.Precision.allCases {
      let engine = OpenBLASEngine(precision: precision, threads: 1)
      for set in ["a", "b", "c"] {
        for branch in Branch.allCases {
          let pass = "\(set)/\(branch.rawValue)/train"
          var checkpoint = loaded
          for (call, images) in [(1, "images_01"), (2, "train_view2_01")] {
            let input = try reference.input("\(set)/\(images)", checkpoint.contract)
            let recorder = Recorder()
            let result = try engine.run(
              ForwardRequest(
                branch: branch, input: input, isTraining: true, trace: recorder.note),
              on: checkpoint)
            checkpoint = try checkpoint.with(statistics: result.statistics)
            for output in Output.allCases {
              let expected = try reference.activation("\(pass)/\(output.rawValue)_view\(call)")
              let error = relativeError(result.outputs[output]?.values ?? [], expected.values)
              print("NUM", network.name, precision, pass, output, error)
            }
            for (stage, expected) in try reference.stages(pass, call: call) {
              let mine = try #require(recorder[stage], "\(stage)")
              let error = relativeError(mine.values, expected.values)
              print("NUM", network.name, precision, pass, "act", stage, error)
            }
          }
        }
      }
    }
  }
}
