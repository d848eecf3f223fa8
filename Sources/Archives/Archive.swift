import Tensors

/// What a file holds: a tree of named values and tensors whose bytes are read on demand.
public struct Archive: Sendable {
  /// The tree.
  public var root: Node
  /// The name of the format it was read from, as in `Formats.all`.
  public var format: String
  /// What the file says of itself as a whole: a native file's root attributes.
  public var attributes: [Node.Entry]
  /// The file's name without its ending, where programs tell by it which network the file holds.
  public var name: String?
  /// What the user should know of how it was read, a sentence each.
  public var notes: [String] = []

  /// The most containers on a path from the root to a leaf, the root among them: readers refuse deeper
  /// trees, which others go down level by level.
  public static let depthLimit = 64

  /// A tree, and the format it came from or goes to.
  public init(_ root: Node, format: String, attributes: [Node.Entry] = []) {
    self.root = root
    self.format = format
    self.attributes = attributes
  }

  /// Every leaf, in the file's order, with its path.
  public var leaves: [Leaf] {
    var result: [Leaf] = []
    root.collectLeaves(at: [], into: &result)
    return result
  }
}

/// A value without parts, and where in the tree it is.
public struct Leaf: Sendable {
  /// The keys from the root to the value.
  public var path: [Key]
  /// The value: never a container, unless it is an empty one.
  public var value: Node

  /// A value at a path.
  public init(path: [Key], value: Node) {
    self.path = path
    self.value = value
  }

  /// The keys joined by `/`.
  public var name: String { path.map(\.description).joined(separator: "/") }
}

/// A key of a mapping, or a position in a sequence.
public enum Key: Hashable, Sendable, CustomStringConvertible {
  case text(String)
  case number(Int)

  /// The key as it is printed in a path.
  public var description: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    }
  }
}

/// A value in an archive.
public indirect enum Node: Sendable {
  case tensor(Tensor)
  case none
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case bytes([UInt8])
  /// A list or a tuple; `kind` is `list` or `tuple`.
  case sequence(kind: String, [Node])
  /// A mapping in its own order; `kind` is `dict`, or the class of the mapping where it has another.
  case mapping(kind: String, [Entry])
  /// A named tuple, or another object of a class that the reader does not know.
  case record(type: String, [Entry])

  /// A key and its value.
  public struct Entry: Sendable {
    /// The key.
    public var key: Key
    /// The value.
    public var value: Node

    /// A key and its value.
    public init(_ key: Key, _ value: Node) {
      self.key = key
      self.value = value
    }
  }

  /// A mapping of text keys.
  public static func dict(_ entries: [(String, Node)]) -> Node {
    .mapping(kind: "dict", entries.map { Entry(.text($0.0), $0.1) })
  }

  /// The parts of a container with their keys, or nil of a value without parts.
  public var children: [Entry]? {
    switch self {
    case .sequence(_, let values): values.enumerated().map { Entry(.number($0), $1) }
    case .mapping(_, let entries), .record(_, let entries): entries
    default: nil
    }
  }

  /// The part of a container that has the text key `key`.
  public subscript(key: String) -> Node? {
    children?.first { $0.key == .text(key) }?.value
  }

  fileprivate func collectLeaves(at path: [Key], into result: inout [Leaf]) {
    guard let children, !children.isEmpty else {
      result.append(Leaf(path: path, value: self))
      return
    }
    for child in children { child.value.collectLeaves(at: path + [child.key], into: &result) }
  }
}
