import Checkpoints
import Tensors

/// Where two engines part.
public struct Divergence: Sendable, Hashable, Codable {
  /// The first stage whose error is above the tolerance, in the order of the pass.
  public var stage: String
  /// max|a - b| / max|b| there.
  public var error: Double

  /// Runs a request on two engines and compares every stage; nil where all agree.
  ///
  /// All activations of one pass are kept: meant for a small input.
  ///
  /// - Throws: `Failure` where one of the engines cannot run the request.
  public static func first(
    of engine: any Engine, from other: any Engine, request: ForwardRequest,
    on checkpoint: Checkpoint, tolerance: Double
  ) throws -> Divergence? {
    let (mine, theirs) = (StageValues(nil), StageValues(nil))
    for (engine, values) in [(engine, mine), (other, theirs)] {
      var traced = request
      traced.trace = values.note
      _ = try engine.run(traced, on: checkpoint)
    }
    let expected = Dictionary(
      theirs.all.map { ($0.stage, $0.value) }, uniquingKeysWith: { first, _ in first })
    for (stage, value) in mine.all {
      guard let reference = expected[stage] else {
        return Divergence(stage: stage, error: .infinity)
      }
      let error = Agreement(name: stage, of: value, with: reference).error
      if !(error <= tolerance) { return Divergence(stage: stage, error: error) }
    }
    return nil
  }
}
