import Tensors

/// Finds modules that were saved whole (`torch.save(module)`) and makes of each what its
/// `state_dict()` would be.
struct TorchModules {
  /// The modules' classes, outermost ones only, in the order of the tree.
  private var classes: [String] = []
  /// Each module's name is a part of all names below it.
  private var room = NameRoom()

  /// What an archive says of its modules: their classes under the key `module`, if there are any.
  var attributes: [Node.Entry] {
    classes.isEmpty ? [] : [Node.Entry(.text("module"), .text(classes.joined(separator: ", ")))]
  }

  /// The tree with the weights of each module, under dotted names, in its place.
  ///
  /// - Throws: `Failure` that names a part of a module that is no module.
  mutating func reduced(_ node: Node) throws -> Node {
    switch node {
    case .record(let type, let entries):
      if let module = Module(node) {
        try room.take(type)
        classes.append(type)
        var weights: [Node.Entry] = []
        try module.collect(at: "", into: &weights, &room)
        return .mapping(kind: "OrderedDict", weights)
      }
      return .record(type: type, try reduced(entries))
    case .mapping(let kind, let entries): return .mapping(kind: kind, try reduced(entries))
    case .sequence(let kind, let values):
      return .sequence(kind: kind, try values.map { try reduced($0) })
    default: return node
    }
  }

  private mutating func reduced(_ entries: [Node.Entry]) throws -> [Node.Entry] {
    try entries.map { Node.Entry($0.key, try reduced($0.value)) }
  }

  /// An object with the attributes of `torch.nn.Module`.
  private struct Module {
    let parameters: [Node.Entry]
    let buffers: [Node.Entry]
    let modules: [Node.Entry]
    let passing: Set<String>

    /// The module that a record is, or nil of another object.
    init?(_ node: Node) {
      guard case .record = node, let state = node["__state__"],
        case .mapping(_, let parameters)? = state["_parameters"],
        case .mapping(_, let buffers)? = state["_buffers"],
        case .mapping(_, let modules)? = state["_modules"]
      else { return nil }
      self.parameters = parameters
      self.buffers = buffers
      self.modules = modules
      let names = state["_non_persistent_buffers_set"]?.children?.map(\.value) ?? []
      passing = Set(names.compactMap { if case .text(let name) = $0 { name } else { nil } })
    }

    /// Adds the weights in the order of `state_dict()`: parameters, buffers, then the parts'.
    func collect(at prefix: String, into weights: inout [Node.Entry], _ room: inout NameRoom) throws
    {
      let kept = buffers.filter { !passing.contains($0.key.description) }
      for entry in parameters + kept {
        guard case .tensor = entry.value else { continue }
        let name = prefix + entry.key.description
        try room.take(name)
        weights.append(Node.Entry(.text(name), entry.value))
      }
      for entry in modules {
        let name = prefix + entry.key.description
        if case .none = entry.value { continue }
        try room.take(name)
        guard let module = Module(entry.value) else {
          throw Failure(
            place: "module '\(name)'", expected: "parameters, buffers and modules",
            found: "an object without them")
        }
        try module.collect(at: name + ".", into: &weights, &room)
      }
    }
  }
}
