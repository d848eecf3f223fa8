import Archives
import Checkpoints
import Gradients
import Networks
import TestSupport
import Tensors
import Testing

@testable import Training

/// The classifier's SGD against DeepMind's EvalExperiment: three steps from recorded states.
@Suite struct LinearTrainingTests {
  @Test(.enabled(if: Shared.isPresent, Shared.why), arguments: 0..<3)
  func `a step is that of DeepMind's linear evaluation`(step: Int) throws {
    let oracle = try Arrays(Shared.path("fixtures/deepmind/oracle_haiku_linear_eval.npz"))
    let embeddings = try oracle.embeddings(step: step)
    let labels = try oracle.integers("step\(step)/labels")
    var training = LinearTraining(
      [try oracle.head("state\(step)/classif_params")],
      traces: [try oracle.flat("state\(step)/classif_trace")])
    // 0.1 falling to 0 within 3 steps, as the recorded updates show.
    let rate = CosineDecay(base: 0.1, total: 3).rate(at: step)
    let loss = training.step(embeddings, labels: labels, rates: [rate])[0]
    let recorded = try oracle["step\(step)/train_loss"].doubles()[0]
    #expect((loss / recorded - 1).magnitude < 1e-5)
    let next = try oracle.head("state\(step + 1)/classif_params")
    #expect(largestDifference(training.heads[0].weight, next.weight) < 2e-5)
    #expect(largestDifference(training.heads[0].bias, next.bias) < 2e-5)
    let trace = try oracle.flat("state\(step + 1)/classif_trace")
    #expect(largestDifference(training.traces[0], trace) < 1e-4)
  }

  @Test func `classifiers of a sweep do not touch each other`() {
    let embeddings = Rows<Float>(count: 2, width: 2, values: [1, 0, 0, 1])
    let head = LinearHead(classes: 2, width: 2)
    var both = LinearTraining([head, head])
    var alone = LinearTraining([head])
    for _ in 0..<3 {
      _ = both.step(embeddings, labels: [0, 1], rates: [0.5, 0.1])
      _ = alone.step(embeddings, labels: [0, 1], rates: [0.1])
    }
    #expect(both.heads[1] == alone.heads[0])
    #expect(both.heads[0] != both.heads[1])
  }
}

extension Arrays {
  /// [classes, width] weight and bias of Haiku's `linear`, whose weight is [width, classes].
  fileprivate func head(_ place: String) throws -> LinearHead {
    let weight = try self["\(place)/linear/w"].permuted([1, 0])
    return LinearHead(
      classes: weight.shape[0], width: weight.shape[1], weight: try weight.floats(),
      bias: try self["\(place)/linear/b"].floats())
  }

  fileprivate func flat(_ place: String) throws -> [Float] {
    let head = try head(place)
    return head.weight + head.bias
  }

  /// What the frozen backbone of a step gives the step's images.
  fileprivate func embeddings(step: Int) throws -> Rows<Float> {
    let nodes =
      below("state\(step)/backbone_params/").map { ("online_params/" + $0, Node.tensor($1)) }
      + below("state\(step)/backbone_state/").map { ("online_state/" + $0, Node.tensor($1)) }
    let haiku = try Dialects.named("haiku")
    let checkpoint = try haiku.read(Archive(.dict(nodes), format: "npz")).checkpoint
    let images = try self["step\(step)/images"].permuted([0, 3, 1, 2])
    let (mean, std) = (checkpoint.contract.input.mean, checkpoint.contract.input.std)
    let plane = images.shape[2] * images.shape[3]
    let input = try images.doubles().enumerated().map { index, value in
      (value - mean[index / plane % 3]) / std[index / plane % 3]
    }
    let result = try Engines.exact(threads: 1).run(
      ForwardRequest(input: Activation(shape: images.shape, values: input), until: .embedding),
      on: checkpoint)
    let output = try #require(result.outputs[.embedding])
    return Rows(
      count: output.shape[0], width: output.shape[1], values: output.values.map { Float($0) })
  }
}
