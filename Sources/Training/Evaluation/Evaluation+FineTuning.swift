import Glibc
import Checkpoints
import Gradients
import Tensors

/// How a network is fine-tuned: SGD with Nesterov momentum, crops and flips, batch norm in training mode.
public struct FineTuning: Sendable {
  /// The share of the training pictures whose labels are used, the same number of every class; 1 for all.
  public var labels = 1.0
  /// Base learning rates tried; the rate is base * batch / 256, and falls to 0 along half a cosine.
  public var rates: [Double]
  /// Lengths tried, in passes over the labelled pictures.
  public var epochs: [Int]
  /// Updates in all, instead of epochs.
  public var steps: Int?
  /// Weight decays tried; the paper divides them by the learning rate, and so does this.
  public var decays = [0.0]
  /// Pictures of a batch; nil for 1024, or fewer where there are few pictures.
  public var batch: Int?
  /// Whether running statistics keep max(1 - 10 / steps of an epoch, 0.9), as in the paper's transfer;
  /// otherwise the contract's share.
  public var slowsStatistics = false

  /// The paper's semi-supervised protocol, with a share of the labels.
  public static func semiSupervised(labels: Double) -> FineTuning {
    FineTuning(labels: labels, rates: [0.005, 0.01, 0.02, 0.05, 0.1], epochs: [30, 50])
  }

  /// The paper's transfer: 20,000 updates of 256 pictures; 7 rates from 1e-4 to 0.1, 7 decays from 1e-6
  /// to 1e-3 and none.
  public static let transfer: FineTuning = {
    var plan = FineTuning(labels: 1, rates: spaced(1e-4, 1e-1), epochs: [])
    plan.decays = [0] + spaced(1e-6, 1e-3)
    plan.steps = 20_000
    plan.batch = 256
    plan.slowsStatistics = true
    return plan
  }()

  /// 7 numbers, evenly spaced by logarithm.
  private static func spaced(_ first: Double, _ last: Double) -> [Double] {
    (0..<7).map { first * pow(last / first, Double($0) / 6) }
  }
}

extension Evaluation {
  /// One combination of settings.
  private struct Candidate {
    var rate: Double
    var epochs: Int
    var decay: Double
  }

  /// Fine-tunes encoder and classifier: every combination is trained and tried on the validation pictures.
  ///
  /// With all labels the best is trained again on training and validation pictures together; with a share
  /// of them the best is kept as it is, since its validation pictures have no labels to learn from.
  ///
  /// - Parameter backend: makes what computes.
  /// - Throws: `Failure` (`usage`) where a setting is none; (`badInput`) where pictures are too few.
  public func fineTuning<Arithmetic: Backend>(
    _ plan: FineTuning, on backend: () throws -> Arithmetic
  ) throws -> EvaluationOutcome {
    try plan.check()
    let labels = data.training.labels
    let all = Array(labels.indices)
    let split = Splits.validation(labels, share: validationShare, seed: seed)
    let isPartial = plan.labels < 1
    var places = split.training
    if isPartial {
      // The share is of all training pictures, chosen among those that do not validate.
      let share = min(1, plan.labels * Double(all.count) / Double(max(1, places.count)))
      places = Splits.balanced(places.map { labels[$0] }, share: share, seed: seed).map {
        places[$0]
      }
    }
    let lengths = plan.steps.map { _ in [0] } ?? plan.epochs
    let candidates = plan.rates.flatMap { rate in
      lengths.flatMap { epochs in
        plan.decays.map { Candidate(rate: rate, epochs: epochs, decay: $0) }
      }
    }
    var report = report("fine-tuning")
    report.settings = [
      .init("labels", isPartial ? "\(Numbers.fixed(100 * plan.labels, 2)) %" : "all")
    ]
    var best: (candidate: Candidate, accuracy: Double, outcome: Tuned?) = (candidates[0], -1, nil)
    if candidates.count > 1 {
      let validation = data.training[split.validation]
      report.validationPictures = validation.count
      for (number, candidate) in candidates.enumerated() {
        let name = "trying \(number + 1) of \(candidates.count)"
        let tuned = try train(plan, candidate, places, backend, name)
        let accuracy = try judge(tuned, validation).accuracy
        report.sweep.append(.init(settings(candidate, plan), accuracy))
        if accuracy.top1 > best.accuracy { best = (candidate, accuracy.top1, tuned) }
      }
    }
    let learnt = isPartial ? places : all
    var chosen = best.outcome
    if chosen == nil || !isPartial {
      chosen = try train(plan, best.candidate, learnt, backend, "fine-tuning")
    }
    guard let tuned = chosen else { throw Failure(.badInput, "nothing was trained") }
    let (accuracy, corrupt) = try judge(tuned, data.test)
    report.settings += settings(best.candidate, plan)
    report.settings += [
      .init("labelled pictures", learnt.count), .init("batch", tuned.batch),
      .init("steps", tuned.steps), .init("schedule", "cosine to 0"),
      .init("momentum", "0.9, Nesterov"), .init("augmentation", "random crop and flip"),
      .init("trained with", tuned.backend),
    ]
    report.corrupt = tuned.corrupt + corrupt
    report.accuracy = accuracy
    return EvaluationOutcome(report: report, head: tuned.head, checkpoint: tuned.checkpoint)
  }

  /// What one training gives.
  private struct Tuned {
    var checkpoint: Checkpoint
    var head: LinearHead
    var batch: Int
    var steps: Int
    var backend: String
    var corrupt: [CorruptPicture]
  }

  private func settings(_ candidate: Candidate, _ plan: FineTuning) -> [EvaluationReport.Setting] {
    [.init("base rate", candidate.rate)]
      + (plan.steps == nil ? [.init("epochs", candidate.epochs)] : [])
      + [.init("weight decay x rate", candidate.decay)]
  }

  private func train<Arithmetic: Backend>(
    _ plan: FineTuning, _ candidate: Candidate, _ places: [Int], _ backend: () throws -> Arithmetic,
    _ name: String
  ) throws -> Tuned {
    let pictures = data.training[places]
    let batch = min(plan.batch ?? LinearSGD.usualBatch(pictures.count), pictures.count)
    let order = try DataOrder(count: pictures.count, batch: batch, seed: seed)
    let perEpoch = order.batchesPerEpoch
    let steps = plan.steps ?? candidate.epochs * perEpoch
    let schedule = CosineDecay(base: candidate.rate * Double(batch) / 256, total: steps)
    let width = checkpoint.contract.encoder.channels.last ?? 0
    let tuner = try FineTuner(
      checkpoint, branch: encoder.branch, head: LinearHead(classes: classes, width: width),
      keep: plan.slowsStatistics ? max(1 - 10 / Double(perEpoch), 0.9) : nil, backend: backend())
    var corrupt: Set<CorruptPicture> = []
    var step = 0
    var epoch = 0
    while step < steps {
      let batches = try trainingBatches(of: pictures, order, epoch: epoch)
      defer { batches.stop() }
      for position in 0..<min(perEpoch, steps - step) {
        let made = try batches[position]
        corrupt.formUnion(made.corrupt)
        // A batch norm has nothing to normalise a single picture by.
        if made.places.count > 1 {
          _ = try tuner.step(
            made.pictures, labels: made.places.map { pictures.labels[$0] },
            rate: schedule.rate(at: step), decay: candidate.decay / schedule.base)
        }
        step += 1
        progress(name, step * batch, steps * batch)
      }
      epoch += 1
    }
    return Tuned(
      checkpoint: try tuner.checkpoint(), head: tuner.head, batch: batch, steps: steps,
      backend: tuner.network.backend.name, corrupt: corrupt.sorted { $0.name < $1.name })
  }

  private func judge(_ tuned: Tuned, _ pictures: LabelledPictures) throws
    -> (accuracy: Accuracy, corrupt: [CorruptPicture])
  {
    let frozen = try FrozenEncoder(
      tuned.checkpoint, branch: encoder.branch, size: encoder.size, engine: encoder.engine)
    let (rows, corrupt) = try frozen.embeddings(of: pictures)
    return (Accuracy(of: tuned.head.logits(of: rows.embeddings), labels: rows.labels), corrupt)
  }
}

extension FineTuning {
  fileprivate func check() throws {
    guard labels > 0, labels <= 1 else {
      throw Failure(.usage, "a share of the labels is above 0 and at most 1, not \(labels)")
    }
    guard !rates.isEmpty, rates.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw Failure(.usage, "learning rates are positive numbers")
    }
    guard !decays.isEmpty, decays.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw Failure(.usage, "weight decays are numbers, 0 or more")
    }
    guard steps ?? 1 >= 1, steps != nil || (!epochs.isEmpty && epochs.allSatisfy { $0 >= 1 }) else {
      throw Failure(.usage, "epochs and steps are 1 or more")
    }
    guard batch ?? 2 >= 2 else { throw Failure(.usage, "a batch has 2 pictures or more") }
  }
}
