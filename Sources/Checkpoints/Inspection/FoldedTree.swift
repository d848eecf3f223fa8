import Tensors

/// Tensors as a tree in which what repeats is folded: one line for a stage, a layer, a vector.
public struct FoldedTree: Sendable {
  /// A line of the tree.
  public struct Line: Sendable {
    /// How deep it is.
    public var depth: Int
    /// The name, with what was folded: `stage0`, `block0-2`.
    public var name: String
    /// What is under it: tensors, numbers, shapes.
    public var tensors: Int
    /// Numbers in those tensors.
    public var elements: Int
    /// Leaves with their shapes, where they are few.
    public var detail: String
  }

  /// The lines from top to bottom.
  public private(set) var lines: [Line] = []

  /// The folded tree of tensors, named by native paths.
  public init(_ tensors: [Inspection.TensorView]) {
    add(
      tensors.map { ($0.path.split(separator: "/")[...], $0) }, depth: 0)
  }

  private typealias Named = (rest: ArraySlice<Substring>, tensor: Inspection.TensorView)

  private mutating func add(_ tensors: [Named], depth: Int) {
    var groups: [(name: Substring, members: [Named])] = []
    for tensor in tensors {
      guard let name = tensor.rest.first else { continue }
      let inner = (tensor.rest.dropFirst(), tensor.tensor)
      if let last = groups.indices.last, groups[last].name == name {
        groups[last].members.append(inner)
      } else {
        groups.append((name, [inner]))
      }
    }
    for group in groups {
      let leaves = group.members.filter { $0.rest.count <= 1 }
      let isLeafGroup = leaves.count == group.members.count
      lines.append(
        Line(
          depth: depth, name: String(group.name), tensors: group.members.count,
          elements: group.members.reduce(0) { $0 + $1.tensor.shape.reduce(1, *) },
          detail: isLeafGroup ? Self.shapes(leaves) : ""))
      // Below a stage everything repeats: the shapes are in --tensors.
      if !isLeafGroup, depth < 2 { add(group.members, depth: depth + 1) }
    }
  }

  private static func shapes(_ leaves: [Named]) -> String {
    var byShape: [(shape: String, names: [Substring])] = []
    for leaf in leaves {
      let type = leaf.tensor.dtype == .float32 ? "" : " \(leaf.tensor.dtype.rawValue)"
      let shape = "[\(leaf.tensor.shape.map(String.init).joined(separator: ", "))]\(type)"
      let name = leaf.rest.first ?? ""
      if let found = byShape.firstIndex(where: { $0.shape == shape }) {
        byShape[found].names.append(name)
      } else {
        byShape.append((shape, [name]))
      }
    }
    return byShape.map { group in
      (group.names.joined(separator: ", ") + " " + group.shape).trimmingSpaces
    }.joined(separator: "; ")
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    var text = self[...]
    while text.first == " " { text = text.dropFirst() }
    return String(text)
  }
}
