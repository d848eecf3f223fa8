import Checkpoints
import Gradients
import TestSupport
import Tensors
import Testing

@testable import Training

/// Fine-tuning against PyTorch: two updates of a small ResNet and a classifier, in float64.
@Suite struct FineTunerTests {
  let arrays: Arrays
  let checkpoint: Checkpoint
  let head: LinearHead

  init() throws {
    arrays = try .fineTuning()
    let contract = Contract(
      encoder: .init(
        block: .basic, version: 1, blocks: [1, 1], channels: [6, 8], strides: [1, 2],
        stem: .init(kernel: 3, stride: 1, pool: false), strideAt: 0, padding: .symmetric,
        poolPadding: .symmetric),
      batchNorm: .init(eps: 1e-5, keep: 0.9, runningVariance: .unbiased),
      mlp: .init(projector: [], predictor: [], projectorBiases: [], predictorBiases: []),
      input: .init(
        range: 1, mean: [], std: [], channelOrder: "RGB", normalised: "data", size: 8,
        crop: "resize-first", filter: "bilinear", antialias: true, jpegDCT: "accurate"))
    checkpoint = Checkpoint(
      entries: arrays.below("before/").map { .init($0, $1) }, contract: contract)
    let weight = try arrays["before/online/heads/linear/weight"]
    head = LinearHead(
      classes: 3, width: 8, weight: try weight.floats(),
      bias: try arrays["before/online/heads/linear/bias"].floats())
  }

  private func tuner(keep: Double? = nil) throws -> FineTuner<BLASBackend<Double>> {
    let tuner = try FineTuner(checkpoint, head: head, keep: keep, backend: BLASBackend<Double>())
    _ = tuner.weight.values.update(
      fromContentsOf: try arrays["before/online/heads/linear/weight"].doubles())
    _ = tuner.bias.values.update(
      fromContentsOf: try arrays["before/online/heads/linear/bias"].doubles())
    return tuner
  }

  private func batch(_ step: Int) throws -> (pictures: Batch, labels: [Int]) {
    let tensor = try arrays["pictures\(step)"]
    return (
      Batch(shape: tensor.shape, exact: try tensor.doubles()), try arrays.integers("labels\(step)")
    )
  }

  @Test func `losses, weights and running statistics are PyTorch's`() throws {
    let tuner = try tuner()
    let rates = try arrays["rates"].doubles()
    for step in 0..<2 {
      let (pictures, labels) = try batch(step)
      let loss = try tuner.step(pictures, labels: labels, rate: rates[step], decay: 1e-3)
      #expect((loss - (try arrays["loss\(step)"].doubles()[0])).magnitude < 1e-12)
    }
    #expect(
      try largestDifference(
        Array(tuner.weight.values), arrays["after/online/heads/linear/weight"].doubles()) < 1e-12)
    #expect(
      try largestDifference(
        Array(tuner.bias.values), arrays["after/online/heads/linear/bias"].doubles()) < 1e-12)
    let tuned = try tuner.checkpoint()
    var moved = 0
    for (path, expected) in arrays.below("after/") where path.hasPrefix("online/encoder/") {
      let own = try tuned.tensor(path).doubles()
      #expect(try largestDifference(own, expected.doubles()) < 1e-12, "\(path)")
      if try own != checkpoint.tensor(path).doubles() { moved += 1 }
    }
    #expect(moved == 30)
    #expect(tuned.contract == checkpoint.contract)
  }

  @Test func `the gradient goes through the encoder to its first layer`() throws {
    let (pictures, labels) = try batch(0)
    let tuner = try tuner()
    _ = try tuner.gradients(pictures, labels: labels)
    for path in ["online/encoder/stem/conv/weight", "online/encoder/stage1/block0/bn1/scale"] {
      let parameter = try #require(tuner.network[path])
      let gradient = Array(parameter.gradient)
      for index in stride(from: 0, to: parameter.count, by: 7) {
        let value = parameter.values[index]
        func loss(_ change: Double) throws -> Double {
          parameter.values[index] = value + change
          defer { parameter.values[index] = value }
          return try tuner.gradients(pictures, labels: labels)
        }
        let slope = (try loss(1e-6) - (try loss(-1e-6))) / 2e-6
        #expect((slope - gradient[index]).magnitude < 1e-7, "\(path) \(index)")
      }
    }
  }

  @Test func `running statistics can be kept longer`() throws {
    let (pictures, labels) = try batch(0)
    let (usual, slow) = (try tuner(), try tuner(keep: 0.99))
    for tuner in [usual, slow] { _ = try tuner.step(pictures, labels: labels, rate: 0) }
    let path = "online/encoder/stem/bn/mean"
    let before = try checkpoint.tensor(path).doubles()
    let (far, near) = (
      try usual.checkpoint().tensor(path).doubles(), try slow.checkpoint().tensor(path).doubles()
    )
    for index in before.indices {
      let ratio = (near[index] - before[index]) / (far[index] - before[index])
      #expect((ratio - 0.1).magnitude < 1e-9)
    }
  }

  @Test func `a loss that is no number stops the training`() throws {
    let (pictures, labels) = try batch(0)
    let tuner = try tuner()
    tuner.weight.values[0] = .infinity
    #expect(throws: Failure.self) { try tuner.step(pictures, labels: labels, rate: 0.1) }
  }
}
