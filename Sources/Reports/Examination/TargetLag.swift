import Checkpoints
import Health
import Tensors
import Training

/// Online and target beside each other, with what the recipe says of their distance.
struct TargetLag {
  private(set) var report: TargetReport?

  /// Compares the networks of a checkpoint.
  init(_ checkpoint: Checkpoint, _ pass: WeightsPass) {
    let twins = pass.distances.values.filter { Self.isTrained($0.path) }
      .sorted { $0.path < $1.path }
    guard !twins.isEmpty else { return }
    let whole = TwinDistance(path: "all", joining: twins)
    var report = TargetReport(
      all: TargetReport.Layer(path: "all", distance: whole.relative, cosine: whole.cosine),
      layers: twins.map {
        TargetReport.Layer(path: $0.path, distance: $0.relative, cosine: $0.cosine)
      })
    do {
      let (model, plan) = try Self.model(checkpoint)
      let lengths = twins.map { twin in
        (twin, pass.tensors["optimizer/momentum/online/" + twin.path]?.norm ?? 0)
      }.filter { $0.1 > 0 }
      guard !lengths.isEmpty else {
        throw Failure(.badInput, "the optimiser's momentum is missing or zero")
      }
      guard let expected = model.expectedRatio else {
        throw Failure(.badInput, "no update was made with a learning rate above 0")
      }
      // Only parameters that have momentum count on either side.
      let distance = TwinDistance(path: "all", joining: lengths.map(\.0)).distance
      let momentum = lengths.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
      let ratio = distance / momentum
      guard ratio.isFinite, (ratio / expected).isFinite else {
        throw Failure(.badInput, "the distance is not finite")
      }
      let tau = model.impliedTau(ratio: ratio)
      report.all.tau = tau
      for (twin, length) in lengths {
        guard let index = report.layers.firstIndex(where: { $0.path == twin.path }) else {
          continue
        }
        report.layers[index].tau = model.impliedTau(ratio: twin.distance / length)
      }
      report.lag = TargetReport.Lag(
        recipeTau: plan.tau.at(max(Self.steps(checkpoint) - 1, 0)), recipeSteps: model.recipeAge,
        impliedTau: tau, impliedSteps: tau.map { model.age(tau: $0) }, ratio: ratio / expected)
    } catch {
      report.lagMissing = (error as? Failure)?.message ?? "\(error)"
    }
    self.report = report
  }

  /// The model of the run that made a checkpoint.
  ///
  /// - Throws: `Failure` with what is missing for it.
  private static func model(_ checkpoint: Checkpoint) throws -> (LagModel, Plan) {
    let steps = steps(checkpoint)
    guard steps >= WeightFindings.leastSteps else {
      throw Failure(
        .badInput,
        "before \(Numbers.grouped(WeightFindings.leastSteps)) updates it depends on where the target "
          + "began")
    }
    let plan = try Plan(checkpoint)
    guard case .momentum(let trust) = plan.optimiser.family else {
      throw Failure(
        .badInput, "the last update does not follow from the state of this optimiser alone")
    }
    guard plan.origins["recipe.tau.base"] != .assumed else {
      throw Failure(.badInput, "no file says the tau that was trained with")
    }
    guard !plan.optimiser.isNesterov else {
      throw Failure(.badInput, "Nesterov's momentum is not the last update")
    }
    let holdsRate = checkpoint.recipe.optimizer?.lrInBuffer ?? false || trust == .lrInBuffer
    let rates = holdsRate ? nil : try learningRates(plan)
    let (tau, moment) = (plan.tau, plan.tau.moment)
    return (
      LagModel(
        steps: steps, learningRate: { rates?.at($0) ?? 1 }, tau: { tau.at($0) },
        momentum: plan.optimiser.momentum, averagesAfterUpdate: moment == .afterUpdate),
      plan
    )
  }

  private static func learningRates(_ plan: Plan) throws -> LearningRate {
    let rates = plan.learningRate
    guard rates.peak > 0 else { throw Failure(.badInput, "no file says the learning rate") }
    return rates
  }

  private static func steps(_ checkpoint: Checkpoint) -> Int { checkpoint.recipe.step ?? 0 }

  /// What the moving average covers in every program: parameters of encoder and projector.
  private static func isTrained(_ path: String) -> Bool {
    (path.hasPrefix("encoder/") || path.hasPrefix("projector/"))
      && !path.hasSuffix("/mean") && !path.hasSuffix("/variance")
  }
}
