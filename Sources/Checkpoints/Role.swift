/// A part of a BYOL checkpoint that is used on its own.
///
/// The raw value is the role's name in fingerprints and reports; a tensor's role follows from the
/// first components of its native name.
public enum Role: String, CaseIterable, Sendable, Codable, Hashable {
  case onlineEncoder = "online.encoder"
  case onlineProjector = "online.projector"
  case onlinePredictor = "online.predictor"
  case onlineHeads = "online.heads"
  case targetEncoder = "target.encoder"
  case targetProjector = "target.projector"
  case targetPredictor = "target.predictor"
  case targetHeads = "target.heads"
  case optimizer
  case training
  case extras

  /// The role of the tensor with the native name `path` (`online/encoder/stem/conv/weight`).
  public init(of path: String) {
    let parts = path.split(separator: "/", maxSplits: 2)
    switch parts.first {
    case "optimizer": self = .optimizer
    case "training": self = .training
    case "online", "target":
      let name = parts.prefix(2).joined(separator: ".")
      self = Role(rawValue: name) ?? .extras
    default: self = .extras
    }
  }

  /// Whether the role is weights and running statistics: what a fingerprint covers.
  public var isWeights: Bool {
    switch self {
    case .optimizer, .training, .extras: false
    default: true
    }
  }
}

extension Role {
  /// The networks of BYOL, without heads that others train on them.
  static let networks = allCases.filter {
    $0.isWeights && $0 != .onlineHeads && $0 != .targetHeads
  }

  /// The beginning of its tensors' native names: `online/encoder/`.
  var folder: String { rawValue.replacing(".", with: "/") + "/" }
}

/// One of the two networks of BYOL.
public enum Branch: String, CaseIterable, Sendable, Codable, Hashable {
  /// The network that is trained: encoder, projector, predictor.
  case online
  /// Its slow moving average: encoder, projector.
  case target
}
