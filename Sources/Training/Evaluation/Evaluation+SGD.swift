import Gradients
import Images
import Tensors

/// Linear evaluation by SGD, as DeepMind's `eval_experiment.py` does it, with the paper's sweep.
public struct LinearSGD: Sendable {
  /// Base learning rates tried; the rate is base * batch / 256, and falls to 0 along half a cosine.
  public var rates = [0.4, 0.3, 0.2, 0.1, 0.05]
  /// Passes over the training pictures.
  public var epochs = 80
  /// Pictures of a batch; nil for 1024, or fewer where there are few pictures.
  public var batch: Int?
  /// Whether each pass sees the pictures cropped and flipped anew; otherwise their embeddings are computed
  /// once, which takes much less time.
  public var isAugmented = true

  /// The paper's settings.
  public init() {}

  /// The batch for a number of pictures: 1024, or so few that an epoch has 16 steps or more, in powers
  /// of two from 8 on.
  static func usualBatch(_ count: Int) -> Int {
    var batch = 1024
    while batch > 8, count / batch < 16 { batch /= 2 }
    return min(batch, max(2, count))
  }
}

extension Evaluation {
  /// Linear evaluation by SGD: all rates at once on the training pictures, then the best of them, by the
  /// validation pictures, on training and validation pictures together.
  ///
  /// - Throws: `Failure` (`usage`) where a setting is none; what embedding throws.
  public func linear(_ plan: LinearSGD) throws -> EvaluationOutcome {
    guard !plan.rates.isEmpty, plan.rates.allSatisfy({ $0 > 0 && $0.isFinite }), plan.epochs >= 1
    else { throw Failure(.usage, "learning rates are positive numbers, and epochs 1 or more") }
    // Pictures that cannot be read have no embedding, and so no place among those computed once.
    let fixed = plan.isAugmented ? nil : try embeddings().training
    let labels = fixed?.labels ?? data.training.labels
    let batch = plan.batch ?? LinearSGD.usualBatch(labels.count)
    var report = report("linear (SGD)")
    var rate = plan.rates[0]
    if plan.rates.count > 1 {
      let split = Splits.validation(labels, share: validationShare, seed: seed)
      let heads = try train(
        plan, rates: plan.rates, places: split.training, fixed, batch: batch, "trying rates")
      let validation = try fixed?[split.validation] ?? embeddings(of: split.validation)
      report.validationPictures = validation.count
      var best = -1.0
      for (tried, head) in zip(plan.rates, heads) {
        let accuracy = Accuracy(
          of: head.logits(of: validation.embeddings), labels: validation.labels)
        report.sweep.append(.init([.init("base rate", tried)], accuracy))
        if accuracy.top1 > best { (best, rate) = (accuracy.top1, tried) }
      }
    }
    let head = try train(
      plan, rates: [rate], places: Array(labels.indices), fixed, batch: batch, "training")[0]
    let (test, damaged) = try encoder.embeddings(of: data.test) {
      progress("embedding test pictures", $0, data.test.count)
    }
    note(damaged)
    report.corrupt = corrupt
    report.settings = [
      .init("base rate", rate), .init("batch", batch), .init("epochs", plan.epochs),
      .init("schedule", "cosine to 0"), .init("momentum", "0.9, Nesterov"),
      .init("augmentation", plan.isAugmented ? "random crop and flip" : "none"),
    ]
    report.accuracy = Accuracy(of: head.logits(of: test.embeddings), labels: test.labels)
    return EvaluationOutcome(report: report, head: head, checkpoint: checkpoint)
  }

  /// The embeddings of some training pictures.
  private func embeddings(of places: [Int]) throws -> LabelledEmbeddings {
    let (rows, damaged) = try encoder.embeddings(of: data.training[places])
    note(damaged)
    return rows
  }

  /// Trains a classifier for each base rate, side by side.
  private func train(
    _ plan: LinearSGD, rates: [Double], places: [Int], _ fixed: LabelledEmbeddings?, batch: Int,
    _ name: String
  ) throws -> [LinearHead] {
    let fixed = fixed?[places]
    let pictures = fixed == nil ? data.training[places] : data.training
    let batch = plan.batch ?? min(batch, places.count)
    let order = try DataOrder(count: places.count, batch: batch, seed: seed)
    let steps = plan.epochs * order.batchesPerEpoch
    let schedules = rates.map {
      CosineDecay(base: $0 * Double(batch) / 256, total: steps)
    }
    var training: LinearTraining?
    var step = 0
    for epoch in 0..<plan.epochs {
      try forEachBatch(of: pictures, fixed: fixed, order, epoch: epoch) { rows, labels in
        if training == nil {
          let head = LinearHead(classes: classes, width: rows.width)
          training = LinearTraining(rates.map { _ in head })
        }
        let losses = training?.step(
          rows, labels: labels, rates: schedules.map { $0.rate(at: step) })
        if let losses, losses.allSatisfy({ !$0.isFinite }) {
          throw Failure(.badInput, "the loss is no number after \(step) steps: try smaller rates")
        }
        step += 1
        progress(name, step * batch, steps * batch)
      }
    }
    guard let training else { throw Failure(.badInput, "no picture could be read") }
    return training.heads
  }

  /// Calls `body` with the embeddings of every whole batch of an epoch.
  private func forEachBatch(
    of pictures: LabelledPictures, fixed: LabelledEmbeddings?, _ order: DataOrder, epoch: Int,
    _ body: (Rows<Float>, [Int]) throws -> Void
  ) throws {
    let places = order.pictures(inEpoch: epoch)
    if let fixed {
      for start in stride(from: 0, to: order.batchesPerEpoch * order.batch, by: order.batch) {
        let batch = fixed[Array(places[start..<start + order.batch])]
        try body(batch.embeddings, batch.labels)
      }
      return
    }
    let batches = try trainingBatches(of: pictures, order, epoch: epoch)
    defer { batches.stop() }
    for position in 0..<order.batchesPerEpoch {
      let batch = try batches[position]
      note(batch.corrupt)
      guard !batch.places.isEmpty else { continue }
      try body(
        try encoder.embeddings(of: batch.pictures), batch.places.map { pictures.labels[$0] })
    }
  }
}
