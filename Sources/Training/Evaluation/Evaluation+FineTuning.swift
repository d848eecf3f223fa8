import Checkpoints
import Gradients
import Tensors

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
    report.corrupt = self.corrupt + tuned.corrupt + corrupt
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
