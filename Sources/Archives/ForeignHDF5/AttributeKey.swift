/// How the attributes of HDF5 objects are named in a tree of groups and datasets.
///
/// The attribute `weight_names` of a group is the member `@weight_names` of its mapping; the
/// attribute `units` of the dataset `kernel` is the member `@kernel@units` of the mapping that holds
/// the dataset. In names, `~` is written `~0` and `@` is written `~1`. The root's attributes are
/// `Archive.attributes`, under their own names.
public enum AttributeKey: Equatable, Sendable {
  /// A group or a dataset of that name.
  case object(String)
  /// The attribute of the group whose mapping has the key.
  case ofGroup(String)
  /// The attribute of a dataset of that mapping.
  case ofDataset(String, attribute: String)

  /// The key of a group or dataset.
  public static func escaped(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "~") }) else {
      return name
    }
    return name.reduce(into: "") { key, character in
      switch character {
      case "~": key += "~0"
      case "@": key += "~1"
      default: key.append(character)
      }
    }
  }

  /// The key of an attribute: of the dataset `member`, or of the group itself.
  public static func key(_ attribute: String, of member: String? = nil) -> String {
    "@" + (member.map { escaped($0) + "@" } ?? "") + escaped(attribute)
  }

  /// What a key stands for, or nil of a key that stands for nothing, as `a@b`.
  public init?(_ key: String) {
    let parts = key.split(separator: "@", omittingEmptySubsequences: false).map(Self.unescaped)
    switch parts.count {
    case 1: self = .object(parts[0])
    case 2 where parts[0].isEmpty && !parts[1].isEmpty: self = .ofGroup(parts[1])
    case 3 where parts[0].isEmpty && !parts[1].isEmpty && !parts[2].isEmpty:
      self = .ofDataset(parts[1], attribute: parts[2])
    default: return nil
    }
  }

  private static func unescaped(_ part: Substring) -> String {
    let pieces = part.split(separator: "~", omittingEmptySubsequences: false)
    return pieces.dropFirst().reduce(into: String(pieces.first ?? "")) { name, piece in
      switch piece.first {
      case "0": name += "~" + piece.dropFirst()
      case "1": name += "@" + piece.dropFirst()
      default: name += "~" + piece
      }
    }
  }
}
