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
  /// The first stage that diverges, where one does: from the reference's stages, or else from the
  /// stages as they are with the explanation.
  public var firstDivergingStage: String?
  /// How far this network's own float32 and float64 outputs lie apart on the reference's input;
  /// measured where a disagreement is small.
  public var rounding: Double?
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
    case reference, engine, comparison, tolerance, rounding, explanation, alternatives, trials
    case firstDivergingStage = "first_diverging_stage"
    case explainedError = "explained_error"
  }

  /// Whether every error is within the tolerance.
  public var agrees: Bool { comparison.error <= tolerance }

  /// Whether the disagreement is understood.
  public var isExplained: Bool { !explanation.isEmpty || isRounding }

  /// Whether the disagreement is no larger than rounding makes it in this network.
  public var isRounding: Bool {
    guard !agrees, let rounding else { return false }
    return comparison.error <= Self.roundingFactor * rounding
  }

  /// Two float32 programs may differ by this many times what one of them differs from float64.
  static let roundingFactor = 4.0
  /// Errors above this are not rounding, whatever the network.
  static let largestRounding = 1e-2

  /// The verdict in a sentence.
  public var sentence: String {
    let worst = comparison.worst
    let error = "error \(Numbers.error(comparison.error)) at \(worst?.name ?? "nothing")"
    let bound = "tolerance \(Numbers.error(tolerance))"
    if agrees { return "agrees with \(reference) (largest \(error), \(bound))" }
    let place = firstDivergingStage.map { ", first at \($0)" } ?? ""
    let start = "differs from \(reference) (\(error), \(bound))\(place)"
    if isRounding, let rounding {
      return
        "\(start); rounding explains it: this network's own float32 and float64 outputs differ "
        + "by \(Numbers.error(rounding))"
    }
    guard let explainedError else {
      return "\(start); unexplained by \(trials) hypotheses, alone and in pairs"
    }
    let words = explanation.map(\.sentence).joined(separator: ", and ")
    let others = alternatives.map { $0.map(\.sentence).joined(separator: ", and ") }
    let also = others.isEmpty ? "" : "; just as well: it " + others.joined(separator: "; or it ")
    return "\(start); the reference \(words) (error then \(Numbers.error(explainedError)))\(also)"
  }
}

/// Compares a checkpoint with a reference, and explains a disagreement.
///
/// A disagreement that the network's own rounding explains is left at that. On any other every known difference between programs is tried, alone and then in pairs; one
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
    firstDivergingStage: comparison.firstDivergingStage(tolerance), rounding: nil,
    explanation: [], explainedError: nil, alternatives: [], trials: 0)
  // No belief about a forward pass makes an output finite, or gives it another shape.
  let isHopeless = comparison.outputs.contains { !$0.error.isFinite }
  guard !result.agrees, !isHopeless else { return result }
  if comparison.error < Diagnosis.largestRounding {
    result.rounding = try reference.rounding(of: checkpoint)
    if result.isRounding { return result }
  }
  var search = Search(
    reference: reference, checkpoint: checkpoint, engine: engine, tolerance: tolerance)
  let found = try search.run()
  result.trials = search.trials
  if let best = found.first {
    result.explanation = best.candidates.map(\.hypothesis)
    result.explainedError = best.error
    result.alternatives = found.dropFirst().map { $0.candidates.map(\.hypothesis) }
    if comparison.stages.isEmpty, let stage = try search.firstStageChanged(by: best.candidates) {
      result.firstDivergingStage = stage
    }
  }
  return result
}
