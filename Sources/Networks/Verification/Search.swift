import Checkpoints
import Tensors

/// The search for what explains a disagreement.
struct Search {
  /// Hypotheses that were tried together.
  struct Attempt {
    var candidates: [Candidate]
    /// The largest error with them; infinite where the networks cannot be run so.
    var error: Double
    /// The same in the Euclidean norm, which says better how near an attempt comes.
    var distance: Double
  }

  /// Largest number of weights of a network whose pairs are all tried.
  static let smallCount = 1 << 20
  /// Candidates whose pairs are tried on larger networks.
  static let helpfulCount = 8
  /// Pictures of a batch on which hypotheses are tried first.
  static let pictureCount = 2
  /// Values of a stage that are looked at to see whether it changed.
  static let sampleCount = 8192

  let reference: Reference
  let checkpoint: Checkpoint
  let engine: any Engine
  let tolerance: Double
  private(set) var trials = 0

  /// A search that has not begun.
  init(reference: Reference, checkpoint: Checkpoint, engine: any Engine, tolerance: Double) {
    self.reference = reference
    self.checkpoint = checkpoint
    self.engine = engine
    self.tolerance = tolerance
  }

  /// Explanations, the one with the smallest error first; none where there is none.
  ///
  /// - Throws: `Failure` where the checkpoint's bytes cannot be read.
  mutating func run() throws -> [Attempt] {
    let candidates = Candidate.all(for: checkpoint)
    let singles = try candidates.map { try attempt([$0]) }
    let found = try confirmed(singles)
    if !found.isEmpty { return found }

    var partners = candidates
    let weights = checkpoint.entries.filter { $0.path.hasPrefix("online/encoder/") }
    if weights.reduce(0, { $0 + $1.tensor.count }) > Self.smallCount {
      partners = singles.filter { $0.distance.isFinite }.sorted { $0.distance < $1.distance }
        .prefix(Self.helpfulCount).flatMap(\.candidates)
    }
    var pairs: [Attempt] = []
    for (position, first) in partners.enumerated() {
      for second in partners[(position + 1)...]
      where second.hypothesis.subject != first.hypothesis.subject {
        pairs.append(try attempt([first, second]))
      }
    }
    return try confirmed(pairs)
  }

  /// The attempts that bring every array of the reference within the tolerance, best first.
  private func confirmed(_ attempts: [Attempt]) throws -> [Attempt] {
    try attempts.filter { $0.error <= tolerance }.compactMap { attempt in
      var error = 0.0
      for batch in reference.batches {
        let comparison = try compare(attempt.candidates, batch)
        error = max(error, comparison?.error ?? .infinity)
      }
      guard error <= tolerance else { return nil }
      return Attempt(candidates: attempt.candidates, error: error, distance: attempt.distance)
    }.sorted { $0.error < $1.error }
  }

  /// Tries hypotheses on the first pictures of each batch, until one batch refutes them.
  private mutating func attempt(_ candidates: [Candidate]) throws -> Attempt {
    trials += 1
    var result = Attempt(candidates: candidates, error: 0, distance: 0)
    for batch in reference.batches {
      let comparison = try compare(candidates, batch, count: Self.pictureCount)
      let agreements = (comparison?.outputs ?? []) + (comparison?.stages ?? [])
      result.error = max(result.error, comparison?.error ?? .infinity)
      result.distance = max(
        result.distance, comparison == nil ? .infinity : agreements.map(\.relativeL2).max() ?? 0)
      if result.error > tolerance { break }
    }
    return result
  }

  /// The first stage that is another one under some hypotheses, in the order of the pass.
  ///
  /// Looks at the first picture, and at some values of each stage only, so that a large network's
  /// activations need not be kept.
  ///
  /// - Throws: `Failure` where the networks cannot be run.
  func firstStageChanged(by candidates: [Candidate]) throws -> String? {
    guard let batch = reference.batches.first,
      let branch = (batch.outputs + batch.stages).first?.branch
    else { return nil }
    let stated = Trial(checkpoint: checkpoint)
    let traces = try [stated, try trial(candidates)].map { trial in
      let values = StageValues(nil, sampling: Self.sampleCount)
      _ = try batch.run(trial, branch, engine: engine, count: 1, trace: values.note)
      return values.all
    }
    for (mine, theirs) in zip(traces[0], traces[1]) {
      guard mine.stage == theirs.stage else { return mine.stage }
      let error = Agreement(name: mine.stage, of: theirs.value, with: mine.value).error
      if !(error <= tolerance) { return mine.stage }
    }
    return nil
  }

  /// The checkpoint under some hypotheses.
  private func trial(_ candidates: [Candidate]) throws -> Trial {
    var trial = Trial(checkpoint: checkpoint)
    for candidate in candidates { try candidate.change(&trial) }
    return trial
  }

  /// A batch's comparison under some hypotheses, or nil where the networks cannot be run so.
  private func compare(
    _ candidates: [Candidate], _ batch: Reference.Batch, count: Int = .max
  ) throws -> Comparison? {
    let trial = try trial(candidates)
    do {
      return try batch.compare(trial, engine: engine, count: count)
    } catch let failure as Failure where failure.kind != .inputOutput {
      return nil
    }
  }
}
