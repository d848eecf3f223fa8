import Tensors

/// The weights in the attributes of a TorchScript module.
struct TorchProgram {
  /// The tensors under their dotted names, in the order of the attributes.
  private(set) var weights: [Node.Entry] = []
  private var names: Set<String> = []
  /// Each attribute's name is a part of all names below it.
  private var room = NameRoom()

  /// Collects the tensors below `root`: attributes of objects, and parts of lists and dictionaries.
  ///
  /// - Throws: `Failure` where two tensors have one dotted name, or all names together are too long.
  init(_ root: Node) throws { try collect(root, at: "") }

  private mutating func collect(_ node: Node, at name: String) throws {
    switch node {
    case .tensor:
      guard names.insert(name).inserted else {
        throw Failure(
          place: "attribute '\(name)'", expected: "one tensor of that name", found: "several")
      }
      weights.append(Node.Entry(.text(name), node))
    case .record:
      if let state = node["__state__"] { try collect(state, at: name) }
    case .sequence, .mapping:
      for child in node.children ?? [] {
        let name = name.isEmpty ? "\(child.key)" : "\(name).\(child.key)"
        try room.take(name)
        try collect(child.value, at: name)
      }
    default: break
    }
  }
}
