import Tensors

/// Parts of a checkpoint that the user asks for by name: `--only encoder,target.encoder`.
public struct RoleChoice: Sendable, Hashable {
  /// A word and what it stands for.
  struct Part: Sendable, Hashable {
    var word: String
    var roles: Set<Role>
  }

  let parts: [Part]

  /// Every role that was asked for.
  public var roles: Set<Role> { parts.reduce(into: []) { $0.formUnion($1.roles) } }

  /// The words that there are: a role's name; a network's, for all its roles; and the last part of an
  /// online role's name, since downstream tasks take the online network (Grill, Strub and others 2020,
  /// section 3.1).
  public static let words =
    Role.allCases.filter { $0.rawValue.hasPrefix("online.") }.map {
      String($0.rawValue.dropFirst(7))
    }
    + Branch.allCases.map(\.rawValue) + Role.allCases.map(\.rawValue)

  /// Reads words, several of them joined by commas.
  ///
  /// - Throws: `Failure` (`usage`) where a word stands for nothing, with those that there are.
  public init(_ words: [String]) throws {
    let words = words.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
    parts = try words.map { word in
      let word = String(word)
      return Part(word: word, roles: try Self.roles(of: word))
    }
    guard !parts.isEmpty else { throw Failure(.usage, "--only names no part of a checkpoint") }
  }

  private static func roles(of word: String) throws -> Set<Role> {
    if let role = Role(rawValue: word) ?? Role(rawValue: "online." + word) { return [role] }
    guard let branch = Branch(rawValue: word) else {
      throw Failure(
        .usage,
        "--only '\(word)': there is no such part; there are \(Self.words.joined(separator: ", "))")
    }
    return Set(Role.allCases.filter { $0.rawValue.hasPrefix(branch.rawValue + ".") })
  }
}
