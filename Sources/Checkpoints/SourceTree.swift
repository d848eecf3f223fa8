import Archives
import FoundationEssentials
import Tensors

/// The source file's tree, and for each tensor where its bytes are in the native file.
///
/// Names, container kinds, order and scalars are kept. With it the source is written again, bit for bit.
public indirect enum SourceTree: Sendable, Hashable {
  case container(kind: String, [Entry])
  case leaf(SourceLeaf)

  /// A key and what it names.
  public struct Entry: Sendable, Hashable {
    /// The key in its container.
    public var key: Key
    /// What it names.
    public var value: SourceTree
  }

  /// Every leaf with its name, in the source's order.
  public var leaves: [(name: String, leaf: SourceLeaf)] {
    var result: [(String, SourceLeaf)] = []
    visit(at: "") { result.append(($0, $1)) }
    return result
  }

  private func visit(at name: String, _ body: (String, SourceLeaf) -> Void) {
    switch self {
    case .leaf(let leaf): body(name, leaf)
    case .container(_, let entries):
      for entry in entries {
        let key = entry.key.description
        entry.value.visit(at: name.isEmpty ? key : name + "/" + key, body)
      }
    }
  }

  /// The same tree with other leaves.
  public func mapLeaves(_ change: (SourceLeaf) throws -> SourceLeaf) rethrows -> SourceTree {
    switch self {
    case .leaf(let leaf): return .leaf(try change(leaf))
    case .container(let kind, let entries):
      return .container(
        kind: kind,
        try entries.map { Entry(key: $0.key, value: try $0.value.mapLeaves(change)) })
    }
  }

  /// The same tree without the tensors of those native paths.
  public func without(_ paths: Set<String>) -> SourceTree {
    guard !paths.isEmpty, case .container(let kind, let entries) = self else { return self }
    return .container(
      kind: kind,
      entries.compactMap { entry in
        if case .leaf(let leaf) = entry.value, leaf.path.map(paths.contains) == true { return nil }
        let rest = entry.value.without(paths)
        if case .container(_, let inner) = rest, inner.isEmpty { return nil }
        return Entry(key: entry.key, value: rest)
      })
  }

  /// The same tree as an archive's, with the values that `value` gives the leaves; a leaf without a
  /// value is left out.
  func node(_ value: (SourceLeaf) throws -> Node?) throws -> Node? {
    switch self {
    case .leaf(let leaf): return try value(leaf)
    case .container(let kind, let entries):
      let parts = try entries.compactMap { entry in
        try entry.value.node(value).map { Node.Entry(entry.key, $0) }
      }
      switch kind {
      case "list", "tuple": return .sequence(kind: kind, parts.map(\.value))
      case let kind where kind.hasPrefix("record "):
        return .record(type: String(kind.dropFirst(7)), parts)
      default: return .mapping(kind: kind, parts)
      }
    }
  }

  /// The tree of an archive, whose leaves are what `leaf` makes of them; nil drops a leaf.
  init?(_ node: Node, at path: [Key] = [], _ leaf: ([Key], Node) throws -> SourceLeaf?) rethrows {
    guard let children = node.children, !children.isEmpty else {
      guard let made = try leaf(path, node) else { return nil }
      self = .leaf(made)
      return
    }
    let entries = try children.compactMap { child in
      try SourceTree(child.value, at: path + [child.key], leaf).map {
        Entry(key: child.key, value: $0)
      }
    }
    switch node {
    case .sequence(let kind, _), .mapping(let kind, _): self = .container(kind: kind, entries)
    case .record(let type, _): self = .container(kind: "record " + type, entries)
    default: self = .container(kind: "dict", entries)
    }
  }
}

/// A leaf of the source: a tensor and where it went, or a scalar.
public struct SourceLeaf: Codable, Hashable, Sendable {
  /// `tensor`, or the kind of scalar: `none`, `bool`, `integer`, `real`, `text`, `empty`.
  public var kind: String
  /// A tensor's native path, or `recipe.step` and the like.
  public var path: String?
  /// The source's order of axes.
  public var axes: AxisRule?
  /// A tensor's element type.
  public var dtype: ElementType?
  /// A tensor's shape in the source.
  public var shape: [Int]?
  /// `column` where the source's order is Fortran's; strides in elements where it is another.
  public var order: String?
  /// Elements between neighbours along each axis, where `order` is `strided`.
  public var strides: [Int]?
  /// Present and true where the source's bytes are big-endian.
  public var bigEndian: Bool?
  /// The same number for the names that were one tensor in the source.
  public var sharing: Int?
  /// SHA-256 of the source's elements, row-major and little-endian.
  public var sha256: String?
  /// A scalar's value, or the kind of an empty container.
  public var value: String?

  init(kind: String) { self.kind = kind }

  enum CodingKeys: String, CodingKey {
    case kind, path, axes, dtype, shape, order, strides, sharing, sha256, value
    case bigEndian = "big_endian"
  }

  /// What a tensor of the source looked like.
  init(tensor: Tensor, path: String, axes: AxisRule?) {
    kind = "tensor"
    self.path = path
    self.axes = axes
    dtype = tensor.elementType
    shape = tensor.shape
    switch tensor.layout.order {
    case .rowMajor: break
    case .columnMajor: order = "column"
    case .strided(let strides):
      order = "strided"
      self.strides = strides
    }
    if tensor.layout.isBigEndian { bigEndian = true }
    sharing = tensor.layout.sharing
  }

  /// How the source kept the tensor.
  var layout: StoredLayout {
    let stored: StoredLayout.Order =
      switch order {
      case "column": .columnMajor
      case "strided": .strided(strides ?? [])
      default: .rowMajor
      }
    return StoredLayout(order: stored, isBigEndian: bigEndian ?? false)
  }
}

extension SourceTree: Codable {
  private enum CodingKeys: String, CodingKey { case kind, entries }

  /// Reads `{"kind": "dict", "entries": [["key", ...], ...]}` or a leaf.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard container.contains(.entries) else {
      self = .leaf(try SourceLeaf(from: decoder))
      return
    }
    guard decoder.codingPath.count < 200 else {
      throw Failure(.badInput, place: NativeNames.treePath, "the tree is deeper than 100 levels")
    }
    self = .container(
      kind: try container.decode(String.self, forKey: .kind),
      try container.decode([Entry].self, forKey: .entries))
  }

  /// Writes the form that is read.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .leaf(let leaf): try leaf.encode(to: encoder)
    case .container(let kind, let entries):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(kind, forKey: .kind)
      try container.encode(entries, forKey: .entries)
    }
  }
}

extension SourceTree.Entry: Codable {
  /// Reads `["key", value]`; a number stands for an integer key.
  public init(from decoder: any Decoder) throws {
    var pair = try decoder.unkeyedContainer()
    if let number = try? pair.decode(Int.self) {
      key = .number(number)
    } else {
      key = .text(try pair.decode(String.self))
    }
    value = try pair.decode(SourceTree.self)
  }

  /// Writes the form that is read.
  public func encode(to encoder: any Encoder) throws {
    var pair = encoder.unkeyedContainer()
    switch key {
    case .number(let number): try pair.encode(number)
    case .text(let text): try pair.encode(text)
    }
    try pair.encode(value)
  }
}
