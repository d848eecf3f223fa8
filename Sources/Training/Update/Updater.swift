import Checkpoints
import Gradients
import Tensors

/// BYOL's update (Grill, Strub and others 2020, algorithm 1) on one backend, by a plan.
///
/// An updater belongs to one thread.
public final class Updater<Arithmetic: Backend>: Updating {
  /// The numbers computed with.
  public typealias Scalar = Arithmetic.Scalar

  /// What is done in every update.
  public let plan: Plan
  /// The network that is trained.
  public let online: Network<Arithmetic>
  /// Its moving average.
  public let target: Network<Arithmetic>
  /// The index of the next step in the schedules, counted from 0.
  public private(set) var nextStep: Int

  /// Where it began, with the networks that the source lacked.
  let source: Checkpoint
  let optimiser: any Optimiser<Scalar>
  /// The parameters that the optimiser moves; the classifier's apart, which moves with labels only.
  let trained: [Parameter<Scalar>]
  let classifier: (weight: Parameter<Scalar>, bias: Parameter<Scalar>?)?
  private let pairs: [(target: Parameter<Scalar>, online: Parameter<Scalar>)]
  /// Updates of the target, where its program counts them.
  private(set) var targetUpdates: Int
  /// Updates made by this process.
  private(set) var updates = 0
  /// Those of them that had labels.
  private(set) var classifierUpdates = 0
  private(set) var lastLearningRate: Double?

  /// An updater that goes on from a checkpoint.
  ///
  /// - Throws: `Failure` (`badInput`) where a network or the optimiser's state does not fit the contract.
  public init(_ checkpoint: Checkpoint, plan: Plan, backend: Arithmetic) throws {
    self.plan = plan
    source = try plan.completed(checkpoint)
    online = try Network(.online, of: source, on: backend, isTrained: true)
    target = try Network(.target, of: source, on: backend, isTrained: false)
    nextStep = plan.nextStep
    let head = "online/\(Plan.Classifier.head)"
    let parts = online.parameters.filter { $0.path.hasPrefix(head + "/") }
    classifier = parts.first { $0.path == head + "/weight" }.map { weight in
      (weight, parts.first { $0.path == head + "/bias" })
    }
    trained = online.parameters.filter { !$0.path.hasPrefix("online/heads/") }
    optimiser = try plan.optimiser.optimiser(
      for: trained + parts, from: plan.keepsState ? source : source.withoutOptimiser)
    let online = online
    pairs = target.parameters.compactMap { parameter in
      online["online/" + parameter.path.dropFirst("target/".count)].map { (parameter, $0) }
    }
    let counted = try source["training/target/steps"]?.integers()?.first
    targetUpdates = max(counted ?? 0, 0)
    lastLearningRate = source.recipe.optimizer?.lastLR
  }

  /// One update.
  public func update(_ views: Views, reportsEmbedding: Bool) throws -> StepReport {
    try update(views, reportsEmbedding: reportsEmbedding, learningRate: nil, tau: nil)
  }

  /// One update with a learning rate or tau that the schedules do not give, to check a port step by step.
  public func update(
    _ views: Views, reportsEmbedding: Bool = false, learningRate: Double?, tau: Double?
  ) throws -> StepReport {
    try check(views)
    let before = (online.statistics, target.statistics)
    let share = tau ?? currentTau
    let rate = learningRate ?? plan.learningRate.at(nextStep)
    do {
      online.clearGradients()
      let pass = try forwardAndBack(views, tau: share)
      let norm = gradientNorm
      let loss = plan.objective.constant - plan.objective.slope * pass.cosines
      guard loss.isFinite, norm.isFinite, (pass.classification ?? 0).isFinite else {
        (online.statistics, target.statistics) = before
        throw try notFinite(views, loss: loss)
      }
      if plan.tau.moment == .beforeUpdate { average(share) }
      move(rate: rate, withClassifier: pass.classification != nil)
      if plan.tau.moment == .afterUpdate { average(share) }
      if plan.targetStatistics == .averaged {
        target.statistics.average(with: online.statistics, keeping: share)
      }
      defer {
        nextStep += 1
        updates += 1
        targetUpdates += 1
        if pass.classification != nil { classifierUpdates += 1 }
        lastLearningRate = rate
      }
      return StepReport(
        step: nextStep, loss: loss, classificationLoss: pass.classification,
        accuracy: pass.accuracy, learningRate: rate, tau: share, gradientNorm: norm,
        featureDeviation: CollapseMeasures.featureDeviation(of: pass.embedding),
        embedding: reportsEmbedding
          ? Rows(
            count: pass.embedding.count, width: pass.embedding.width,
            values: pass.embedding.values.map { Float($0) }) : nil)
    } catch {
      (online.statistics, target.statistics) = before
      throw error
    }
  }

  private func check(_ views: Views) throws {
    let (first, second) = (views.first.shape, views.second.shape)
    guard first.count == 4, second.count == 4, first == second, first[0] > 1 else {
      throw Failure(
        place: "views", expected: "two batches [N, C, H, W] of one shape with N > 1",
        found: "\(first) and \(second)")
    }
    guard views.labels.isEmpty || views.labels.count == first[0] else {
      throw Failure(
        place: "labels", expected: "\(first[0]), one for each picture",
        found: "\(views.labels.count)")
    }
  }

  private var currentTau: Double {
    if plan.tau.countsTargetUpdates {
      return targetUpdates == 0 ? 0 : plan.tau.at(targetUpdates)
    }
    return plan.tau.at(nextStep, isFirst: updates == 0)
  }

  /// Moves every parameter by its gradient.
  private func move(rate: Double, withClassifier: Bool) {
    for parameter in trained {
      optimiser.step(parameter, rate: rate, decay: plan.optimiser.weightDecay)
    }
    guard withClassifier, let classifier else { return }
    let own = plan.classifier.peak.map { plan.learningRate.at(nextStep, peak: $0) } ?? rate
    let decay = plan.classifier.weightDecay ?? plan.optimiser.weightDecay
    for parameter in [classifier.weight, classifier.bias].compactMap({ $0 }) {
      optimiser.step(parameter, rate: own, decay: decay)
    }
  }

  private var gradientNorm: Double {
    var sum = 0.0
    for parameter in online.parameters where parameter.isTrained {
      unsafe sum += Kernels.squares(parameter.gradient, parameter.gradient)
    }
    return sum.squareRoot()
  }

  /// target = tau target + (1 - tau) online, for every parameter of the target.
  func average(_ tau: Double) {
    for (target, online) in pairs {
      if tau == 0 {
        _ = unsafe target.values.update(fromContentsOf: online.values)
      } else {
        unsafe Kernels.average(target.values, online.values, tau: tau)
      }
    }
  }
}
