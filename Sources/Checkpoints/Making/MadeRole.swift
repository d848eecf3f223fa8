/// How a network came into a checkpoint whose source has none: by the user's word, never by itself.
///
/// The JSON form is a value of `made` in the `/provenance` document.
public struct MadeRole: Codable, Hashable, Sendable {
  /// A way to make a network.
  public enum Way: String, Codable, Hashable, Sendable {
    /// Tensors of another network, bit for bit.
    case copied
    /// Random weights, as a program begins with.
    case random
  }

  /// The way.
  public var how: Way
  /// The network that was copied.
  public var from: Role?
  /// The distribution of random weights.
  public var initialiser: Initialiser?
  /// Where the generator of random weights (SplitMix64) began.
  public var seed: UInt64?

  /// A copy of another network.
  public static func copy(of role: Role) -> MadeRole { MadeRole(how: .copied, from: role) }

  /// Random weights.
  public static func random(_ initialiser: Initialiser, seed: UInt64) -> MadeRole {
    MadeRole(how: .random, initialiser: initialiser, seed: seed)
  }

  /// What was done, in a few words.
  public var summary: String {
    switch how {
    case .copied: "a copy of \(from?.rawValue ?? "another network")"
    case .random: "random (\(initialiser?.rawValue ?? "unknown"), seed \(seed ?? 0))"
    }
  }
}
