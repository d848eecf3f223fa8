import Tensors

/// Parameters that an optimiser leaves out of weight decay, and LARS out of its adaptation.
///
/// The raw value is the word of `recipe.optimizer.excludes`.
public enum Exclusion: String, CaseIterable, Sendable, Hashable {
  /// Every parameter is decayed and adapted.
  case none
  /// Biases, and the scales and offsets of batch norm (Grill, Strub and others 2020, appendix J).
  case biasAndNorm = "bias-and-norm"
  /// The same but the scale of the stem's batch norm: yaox12's names do not tell it from a weight.
  case butTheStemScale = "bias-and-norm-but-the-stem-scale"
  /// The same but the scales of batch norm in shortcuts, which OpenMMLab's pattern misses.
  case butTheShortcutScale = "bias-and-norm-but-the-shortcut-scale"
  /// Biases, norms and every head (lightly: a group without weight decay is not adapted).
  case biasNormAndHeads = "bias-norm-and-heads"
  /// Biases and norms have no weight decay, and are adapted like the others (essential-BYOL).
  case decayOnly = "bias-and-norm-from-decay"

  /// The rule of that name.
  ///
  /// - Throws: `Failure` (`badInput`) where there is none.
  public init(named name: String?) throws {
    guard let name else {
      self = .none
      return
    }
    guard let known = Self(rawValue: name) else {
      throw Failure(
        place: "recipe.optimizer.excludes",
        expected: Self.allCases.map(\.rawValue).joined(separator: ", "), found: name)
    }
    self = known
  }

  /// Whether the parameter of that native name has no weight decay.
  public func isWithoutDecay(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    let isScale = name == "scale"
    switch self {
    case .none: return false
    case .butTheStemScale where isScale && path.hasSuffix("/encoder/stem/bn/scale"): return false
    case .butTheShortcutScale where isScale && path.hasSuffix("/shortcut/bn/scale"): return false
    case .biasNormAndHeads where path.split(separator: "/").dropFirst().first == "heads":
      return true
    default: return isScale || name == "offset" || name == "bias"
    }
  }

  /// Whether LARS leaves the parameter's gradient at its length.
  public func isWithoutAdaptation(_ path: String) -> Bool {
    self == .decayOnly ? false : isWithoutDecay(path)
  }
}
