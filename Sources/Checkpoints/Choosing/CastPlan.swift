import Tensors

/// The types that a checkpoint's numbers are to have, by the user's word.
///
/// `--dtype f16` is about the parameters of the networks and their heads. Running statistics, which
/// batch norm divides by, and the optimiser's state, whose squares leave the range of half precision,
/// change only where they are named: `--dtype statistics=f32`, `--dtype optimizer=bf16`. Extras and
/// integers never change.
public struct CastPlan: Sendable, Hashable {
  /// Tensors that are cast together.
  public enum Group: String, CaseIterable, Sendable, Codable, CodingKeyRepresentable {
    /// Weights, biases, scales and offsets.
    case weights
    /// Means and variances of batch norm, and the averages that they come from.
    case statistics
    /// Slots of the optimiser.
    case optimizer

    /// The group of a tensor, by its native name; nil of what is never cast.
    init?(of path: String) {
      let leaf = path.split(separator: "/").last ?? ""
      switch Role(of: path) {
      case .optimizer: self = .optimizer
      case .training where path.hasPrefix("training/bn/"): self = .statistics
      case .training, .extras: return nil
      default: self = leaf == "mean" || leaf == "variance" ? .statistics : .weights
      }
    }
  }

  /// The type of each group that changes.
  public let types: [Group: ElementType]

  /// The words for types.
  public static let words: [(word: String, type: ElementType)] = [
    ("f16", .float16), ("bf16", .bfloat16), ("f32", .float32),
  ]

  /// Reads `f16`, and `statistics=f16`.
  ///
  /// - Throws: `Failure` (`usage`) where a word stands for nothing, or a group is named twice.
  public init(_ words: [String]) throws {
    var types: [Group: ElementType] = [:]
    for word in words {
      let parts = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      let name = parts.count == 2 ? parts[0] : Group.weights.rawValue
      guard parts.count <= 2, let group = Group(rawValue: name) else {
        throw Failure(
          .usage,
          "--dtype '\(word)': what is cast is \(Group.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      let type = Self.words.first { $0.word == parts.last || $0.type.rawValue == parts.last }?.type
      guard let type else {
        throw Failure(
          .usage,
          "--dtype '\(word)': the type is \(Self.words.map(\.word).joined(separator: ", "))")
      }
      guard types.updateValue(type, forKey: group) == nil else {
        throw Failure(.usage, "--dtype says the type of the \(group.rawValue) twice")
      }
    }
    self.types = types
  }

  /// The type that a tensor is to have, or nil where it stays as it is.
  func type(of entry: Checkpoint.Entry) -> ElementType? {
    guard entry.tensor.elementType.isFloatingPoint, let group = Group(of: entry.path),
      let type = types[group], type != entry.tensor.elementType
    else { return nil }
    return type
  }
}
