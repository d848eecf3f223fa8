import Checkpoints
import Gradients
import Tensors
import Testing

@testable import Training

/// Optimisers on three numbers, against what PyTorch's classes leave after three steps.
@Suite struct OptimiserTests {
  private static let start = [0.5, -1.25, 2.0]
  private static let gradients = [[0.1, -0.2, 0.05], [-0.3, 0.4, 0.25], [0.2, 0, -0.1]]

  private func end(_ plan: OptimiserPlan, path: String = "online/encoder/stem/conv/weight") throws
    -> [Double]
  {
    let parameter = Parameter(path, shape: [3], values: Self.start)
    let optimiser: any Optimiser<Double> = try plan.optimiser(for: [parameter], from: .nothing)
    for gradient in Self.gradients {
      _ = parameter.gradient.update(fromContentsOf: gradient)
      optimiser.step(parameter, rate: 0.1, decay: plan.weightDecay)
    }
    return Array(parameter.values)
  }

  private func expect(_ mine: [Double], _ theirs: [Double]) {
    for (left, right) in zip(mine, theirs) { #expect(abs(left - right) < 1e-14) }
  }

  @Test func `SGD`() throws {
    expect(try end(OptimiserPlan(family: .momentum(nil))), [0.5, -1.27, 1.98])
    var plan = OptimiserPlan(family: .momentum(nil))
    plan.momentum = 0.9
    plan.weightDecay = 0.01
    expect(try end(plan), [0.5071053895, -1.26482947875, 1.937783593])
    plan.isNesterov = true
    expect(try end(plan), [0.5048870619804999, -1.27963754924625, 1.9181265079869998])
  }

  @Test func `Adam and AdamW`() throws {
    var plan = OptimiserPlan(family: .adam)
    plan.weightDecay = 0.01
    expect(try end(plan), [0.44380077930888523, -1.2070600168039467, 1.7632732282000467])
    plan = OptimiserPlan(family: .adamW)
    plan.weightDecay = 0.1
    expect(try end(plan), [0.4341855317557339, -1.1794079105830033, 1.7187222446676926])
  }

  /// One step from zero momentum, from the formulas of the three families.
  @Test(arguments: Trust.allCases) func `LARS' families`(trust: Trust) throws {
    var plan = OptimiserPlan(family: .momentum(trust), exclusion: .biasAndNorm)
    plan.momentum = 0.9
    plan.weightDecay = 0.25
    plan.eta = 0.01
    plan.eps = trust == .epsInTrust ? 0.5 : 0
    // |p| = 5, |g| = 13, |g + wd p| = |[5.75, 13]|.
    let parameter = Parameter("online/predictor/linear0/weight", shape: [2], values: [3.0, 4.0])
    _ = parameter.gradient.update(fromContentsOf: [5, 12])
    let optimiser: any Optimiser<Double> = try plan.optimiser(for: [parameter], from: .nothing)
    optimiser.step(parameter, rate: 0.5, decay: 0.25)
    let ratio =
      switch trust {
      case .paper: 0.01 * 5 / (5.75 * 5.75 + 13 * 13).squareRoot()
      case .epsInTrust: 0.01 * 5 / (13 + 0.25 * 5 + 0.5)
      case .lrInBuffer: 0.01 * 5 / (13 + 0.25 * 5)
      }
    expect(Array(parameter.values), [3 - 0.5 * ratio * 5.75, 4 - 0.5 * ratio * 13])
    let buffer = try optimiser.entries()[0]
    #expect(buffer.path == "optimizer/momentum/online/predictor/linear0/weight")
    let inside = trust == .lrInBuffer ? 0.5 : 1
    expect(try buffer.tensor.doubles(), [inside * ratio * 5.75, inside * ratio * 13])
  }

  @Test(arguments: Trust.allCases) func `excluded parameters move as in SGD`(trust: Trust) throws {
    var plan = OptimiserPlan(family: .momentum(trust), exclusion: .biasAndNorm)
    plan.momentum = 0.9
    plan.weightDecay = 7
    var plain = OptimiserPlan(family: .momentum(nil))
    plain.momentum = 0.9
    expect(
      try end(plan, path: "online/encoder/stem/bn/scale"),
      try end(plain, path: "online/encoder/stem/bn/scale"))
  }

  @Test func `a layer without a length is not adapted`() throws {
    for (trust, moved) in [(Trust.paper, 0.5), (.epsInTrust, 0.5), (.lrInBuffer, 0.5)] {
      let plan = OptimiserPlan(family: .momentum(trust))
      let parameter = Parameter("online/predictor/linear0/weight", shape: [1], values: [0.0])
      parameter.gradient[0] = 1
      let optimiser: any Optimiser<Double> = try plan.optimiser(for: [parameter], from: .nothing)
      optimiser.step(parameter, rate: 0.5, decay: 0)
      #expect(parameter.values[0] == -moved)
    }
  }

  @Test func `a clipped rate is at most the learning rate`() throws {
    var plan = OptimiserPlan(family: .momentum(.epsInTrust))
    plan.eta = 1000
    plan.isClipped = true
    expect(try end(plan), try end(OptimiserPlan(family: .momentum(nil))))
  }

  @Test func `state of another shape is refused by name`() throws {
    let path = "optimizer/momentum/online/encoder/stem/conv/weight"
    let wrong = Checkpoint.nothing.with([
      Checkpoint.Entry(path, try Tensor(floats: [1, 2], shape: [2]))
    ])
    let parameter = Parameter(
      "online/encoder/stem/conv/weight", shape: [3], values: Self.start)
    let failure = #expect(throws: Failure.self) {
      let _: any Optimiser<Double> = try OptimiserPlan(family: .momentum(nil)).optimiser(
        for: [parameter], from: wrong)
    }
    #expect(failure?.place == path)
  }

  @Test func `state goes through a checkpoint`() throws {
    for family in [OptimiserPlan.Family.adam, .momentum(nil)] {
      var plan = OptimiserPlan(family: family)
      plan.momentum = 0.9
      let parameter = Parameter(
        "online/encoder/stem/conv/weight", shape: [3], values: Self.start)
      var optimiser: any Optimiser<Double> = try plan.optimiser(for: [parameter], from: .nothing)
      for gradient in Self.gradients {
        _ = parameter.gradient.update(fromContentsOf: gradient)
        optimiser.step(parameter, rate: 0.1, decay: 0)
        let saved = Checkpoint.nothing.with(try optimiser.entries())
        optimiser = try plan.optimiser(for: [parameter], from: saved)
      }
      #expect(Array(parameter.values) == (try end(plan)))
    }
  }
}

extension Checkpoint {
  /// A checkpoint without tensors.
  static var nothing: Checkpoint { fake() }

  /// The same with those tensors.
  func with(_ entries: [Entry]) -> Checkpoint {
    Checkpoint(entries: entries, contract: contract)
  }

  private static func fake() -> Checkpoint {
    Checkpoint(
      entries: [],
      contract: Contract(
        encoder: Contract.Encoder(
          block: .basic, version: 1, blocks: [1], channels: [1], strides: [1],
          stem: Contract.Stem(kernel: 3, stride: 1, pool: false), strideAt: 0, padding: .same,
          poolPadding: .same),
        batchNorm: Contract.BatchNorm(eps: 1e-5, keep: 0.9, runningVariance: .biased),
        mlp: Contract.MLP(
          projector: [], predictor: [], projectorBiases: [], predictorBiases: []),
        input: Contract.Input(
          range: 1, mean: [], std: [], channelOrder: "RGB", normalised: "data", size: 32,
          crop: "resize-first", filter: "bilinear", antialias: true, jpegDCT: "accurate")))
  }
}
