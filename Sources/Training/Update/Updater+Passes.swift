import Checkpoints
import Gradients
import Tensors

/// What the passes of one update leave behind, beside gradients and running statistics.
struct PassResult<Scalar: TrainingScalar> {
  /// The sum of both views' mean cosines.
  var cosines = 0.0
  /// The classifier's mean cross-entropy.
  var classification: Double?
  /// The classifier's accuracy on the first view.
  var accuracy: Double?
  /// The first view's embeddings.
  var embedding: Rows<Scalar>
}

extension Updater {
  /// Runs both networks on both views and the gradients back through the online one.
  func forwardAndBack(_ views: Views, tau: Double) throws -> PassResult<Scalar> {
    if plan.tau.moment == .beforeForward { average(tau) }
    // Copied statistics are those of the online network after this step's passes.
    if plan.targetStatistics == .copied || plan.objective.views == .concatenated {
      return try onlineFirst(views, tau: tau)
    }
    if plan.tau.moment == .beforeTargetForward { average(tau) }
    var projections = [
      try targetProjection(plan.objective.views == .interleaved ? views.second : views.first),
      try targetProjection(plan.objective.views == .interleaved ? views.first : views.second),
    ]
    if plan.objective.views == .interleaved { projections.swapAt(0, 1) }
    // One view at a time, so that the activations of one are in memory.
    var result: PassResult<Scalar>?
    for (number, batch) in [views.first, views.second].enumerated() {
      let pass = try run(batch)
      let cosines = Cosines(
        try pass.output(.prediction), projections[1 - number], plan.objective)
      try pass.pull(cosines.gradient)
      let embedding = try pass.output(.embedding)
      var part = result ?? PassResult(embedding: embedding)
      part.cosines += cosines.mean
      if number < plan.classifier.views {
        try classify(embedding, views.labels, &part, isFirst: number == 0)
      }
      result = part
    }
    guard let result else { throw Failure(.usage, "an update needs two views") }
    return result
  }

  /// Both views' activations are kept until the target has run.
  private func onlineFirst(_ views: Views, tau: Double) throws -> PassResult<Scalar> {
    let isTogether = plan.objective.views == .concatenated
    let batches = isTogether ? [views.first + views.second] : [views.first, views.second]
    let passes = try batches.map { try run($0) }
    if plan.tau.moment == .beforeTargetForward { average(tau) }
    if plan.targetStatistics == .copied { target.statistics.copy(online.statistics) }
    let projections = try batches.map { try targetProjection($0) }
    let predictions = try passes.map { try $0.output(.prediction) }
    let embeddings = try passes.map { try $0.output(.embedding) }
    let q = isTogether ? predictions[0].halves : (predictions[0], predictions[1])
    let z = isTogether ? projections[0].halves : (projections[0], projections[1])
    let h = isTogether ? embeddings[0].halves : (embeddings[0], embeddings[1])
    let cosines = (Cosines(q.0, z.1, plan.objective), Cosines(q.1, z.0, plan.objective))
    if isTogether {
      try passes[0].pull(cosines.0.gradient + cosines.1.gradient)
    } else {
      try passes[0].pull(cosines.0.gradient)
      try passes[1].pull(cosines.1.gradient)
    }
    var result = PassResult(embedding: h.0)
    result.cosines = cosines.0.mean + cosines.1.mean
    try classify(h.0, views.labels, &result, isFirst: true)
    if plan.classifier.views == 2 { try classify(h.1, views.labels, &result, isFirst: false) }
    return result
  }

  private func run(_ batch: Batch) throws -> Pass<Scalar> {
    try online.run(batch, until: .prediction, isTraining: true, records: true)
  }

  /// The target's projection; a predictor of its own (DeepMind's) runs too, for its running statistics.
  private func targetProjection(_ batch: Batch) throws -> Rows<Scalar> {
    let hasPredictor = source.roles.contains(.targetPredictor)
    let pass = try target.run(
      batch, until: hasPredictor ? .prediction : .projection, isTraining: true, records: false)
    return try pass.output(.projection)
  }

  /// The classifier on one view's embeddings, which get no gradient.
  private func classify(
    _ embedding: Rows<Scalar>, _ labels: [Int], _ result: inout PassResult<Scalar>, isFirst: Bool
  ) throws {
    guard let classifier, labels.contains(where: { $0 >= 0 }) else { return }
    let backend = online.backend
    let wasRecording = backend.isRecording
    backend.isRecording = true
    defer { backend.isRecording = wasRecording }
    let input = try backend.value(
      embedding.values, shape: [embedding.count, embedding.width])
    let (output, pullback) = try backend.linear(input, classifier.weight, bias: classifier.bias)
    let logits = Rows(
      count: embedding.count, width: classifier.weight.shape.first ?? 0,
      values: try backend.numbers(of: output))
    guard labels.allSatisfy({ $0 < logits.width }) else {
      throw Failure(
        place: "labels", expected: "classes below \(logits.width), which the classifier has",
        found: "\(labels.max() ?? 0)")
    }
    let share = 1 / Double(plan.classifier.views)
    let entropy = CrossEntropy(
      logits, labels: labels, weight: plan.classifier.weight * share)
    _ = try pullback(
      backend.value(entropy.gradient.values, shape: [logits.count, logits.width]))
    result.classification = (result.classification ?? 0) + share * (entropy.loss ?? 0)
    if isFirst { result.accuracy = entropy.accuracy }
  }
}

extension Pass {
  /// An output that was asked for.
  func output(_ output: NetworkOutput) throws -> Rows<Scalar> {
    guard let rows = outputs[output] else {
      throw Failure(.usage, "the pass has no \(output)")
    }
    return rows
  }
}

extension Rows {
  /// The rows of the first and of the second half.
  var halves: (Rows, Rows) {
    let half = count / 2
    return (
      Rows(count: half, width: width, values: Array(values[..<(half * width)])),
      Rows(count: count - half, width: width, values: Array(values[(half * width)...]))
    )
  }

  /// The rows of two batches one after the other.
  static func + (left: Rows, right: Rows) -> Rows {
    Rows(count: left.count + right.count, width: left.width, values: left.values + right.values)
  }
}

extension Batch {
  /// The pictures of two batches of one size, one after the other.
  static func + (left: Batch, right: Batch) -> Batch {
    var shape = left.shape
    shape[0] += right.shape[0]
    var both = Batch(shape: shape, values: left.values + right.values)
    if let one = left.exact, let other = right.exact { both.exact = one + other }
    return both
  }
}
