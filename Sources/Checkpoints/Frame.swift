/// What the checkpoints of a framework have around the weights, whichever program was trained in it:
/// where Lightning or OpenMMLab keep step, epoch and optimiser.
struct Frame: Codable, Sendable {
  /// The prefix of a new file.
  var prefix: String?
  /// Mounts behind the form's own.
  var mounts: [DialectFile.Mount]?
  /// Where the optimiser's dictionary is.
  var optimizerAt: String?
  /// Scalars that a new file has besides.
  var constants: [String: Constant]?

  enum CodingKeys: String, CodingKey {
    case prefix, mounts, constants
    case optimizerAt = "optimizer_at"
  }
}

extension DialectFile.FormText {
  /// The form with what its frame says where it says nothing itself.
  func within(_ frame: Frame) -> DialectFile.FormText {
    var whole = self
    whole.prefix = prefix ?? frame.prefix
    whole.mounts += frame.mounts ?? []
    whole.constants = (frame.constants ?? [:]).merging(constants ?? [:]) { $1 }
    whole.optimizer?.at = optimizer?.at ?? frame.optimizerAt
    return whole
  }
}
