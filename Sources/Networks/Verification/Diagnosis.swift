import Checkpoints
import Tensors

/// How a checkpoint compares with a reference, and what explains it where it does not agree.
public struct Diagnosis: Sendable, Hashable, Codable {
  /// The reference's name.
  public var reference: String
  /// What made the checkpoint's outputs.
  public var engine: String
  /// Every array compared.
  public var comparison: Comparison
  /// The largest error that is agreement.
  public var tolerance: Double
  /// The first stage that diverges, where one does.
  public var firstDivergingStage: String?
  /// What, taken together, brings every error under the tolerance; empty where nothing needs to or
  /// nothing does.
  public var explanation: [Hypothesis]
  /// The largest error with the explanation.
  public var explainedError: Double?
  /// Other explanations that the reference cannot tell from the first.
  public var alternatives: [[Hypothesis]]
  /// Hypotheses and pairs of them that were tried.
  public var trials: Int

  enum CodingKeys: String, CodingKey {
    case reference, engine, comparison, tolerance, explanation, alternatives, trials
    case firstDivergingStage = "first_diverging_stage"
    case explainedError = "explained_error"
  }

  /// Whether every error is within the tolerance.
  public var agrees: Bool { comparison.error <= tolerance }

  /// Whether the disagreement is understood.
  public var isExplained: Bool { !explanation.isEmpty }

  /// The verdict in a sentence.
  public var sentence: String {
    let worst = comparison.worst
    let error = "error \(shortForm(comparison.error)) at \(worst?.name ?? "nothing")"
    let bound = "tolerance \(shortForm(tolerance))"
    if agrees { return "agrees with \(reference) (largest \(error), \(bound))" }
    let place = firstDivergingStage.map { ", first at \($0)" } ?? ""
    let start = "differs from \(reference) (\(error), \(bound))\(place)"
    guard let explainedError else {
      return "\(start); unexplained by \(trials) hypotheses, alone and in pairs"
    }
    let words = explanation.map(\.sentence).joined(separator: ", and ")
    let others = alternatives.map { $0.map(\.sentence).joined(separator: ", and ") }
    let also = others.isEmpty ? "" : "; just as well: it " + others.joined(separator: "; or it ")
    return "\(start); the reference \(words) (error then \(shortForm(explainedError)))\(also)"
  }
}

/// Compares a checkpoint with a reference, and explains a disagreement.
///
/// On disagreement every known difference between programs is tried, alone and then in pairs; one
/// explains it when every array comes within the tolerance. Where a pass is expensive only pairs of
/// the differences that helped most are tried.
///
/// - Parameter tolerance: the largest max|a - b| / max|b| of an array that is agreement.
/// - Throws: `Failure` where a network cannot be run, or nothing can be compared.
public func diagnose(
  reference: Reference, checkpoint: Checkpoint, engine: any Engine, tolerance: Double
) throws -> Diagnosis {
  let comparison = try reference.compare(with: checkpoint, engine: engine)
  var result = Diagnosis(
    reference: reference.name, engine: engine.name, comparison: comparison, tolerance: tolerance,
    firstDivergingStage: comparison.firstDivergingStage(tolerance), explanation: [],
    alternatives: [], trials: 0)
  guard !result.agrees else { return result }
  var search = Search(
    reference: reference, checkpoint: checkpoint, engine: engine, tolerance: tolerance)
  let found = try search.run()
  result.trials = search.trials
  if let best = found.first {
    result.explanation = best.candidates.map(\.hypothesis)
    result.explainedError = best.error
    result.alternatives = found.dropFirst().map { $0.candidates.map(\.hypothesis) }
  }
  return result
}
