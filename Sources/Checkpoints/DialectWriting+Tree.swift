import Archives

extension DialectWriting {
  /// The tree of named values: a level for each part of a name, in the order in which they come.
  func tree(_ values: [(String, Node)]) -> Node {
    guard !format.isFlat else { return .dict(values) }
    var root = Branching()
    for (name, value) in values { root.insert(value, at: parts(name)[...]) }
    var kinds: [[String]: String] = [:]
    for (name, kind) in form.text.containers ?? [:] {
      let path = parts(form.spelling.apply(name))
      kinds[path] = kind
      if root.has(path.dropLast()[...]) { root.open(path[...]) }
    }
    return root.node(at: [], kinds)
  }

  private func parts(_ name: String) -> [String] {
    name.split(separator: Spelling.separator).map(String.init)
  }
}

/// A tree of dictionaries that is being made.
private struct Branching {
  private enum Child {
    case value(Node)
    case branch(Branching)
  }

  private var order: [String] = []
  private var children: [String: Child] = [:]

  /// Puts a value at the end of a path.
  mutating func insert(_ value: Node, at path: ArraySlice<String>) {
    change(path) { _ in .value(value) }
  }

  /// Makes a container at the end of a path, where there is none.
  mutating func open(_ path: ArraySlice<String>) {
    change(path) { $0 ?? .branch(Branching()) }
  }

  /// Whether there is a container at the end of a path.
  func has(_ path: ArraySlice<String>) -> Bool {
    guard let key = path.first else { return true }
    guard case .branch(let branch)? = children[key] else { return false }
    return branch.has(path.dropFirst())
  }

  private mutating func change(_ path: ArraySlice<String>, _ make: (Child?) -> Child) {
    guard let key = path.first else { return }
    if children[key] == nil { order.append(key) }
    guard path.count > 1 else {
      children[key] = make(children[key])
      return
    }
    var branch = Branching()
    if case .branch(let there)? = children[key] { branch = there }
    branch.change(path.dropFirst(), make)
    children[key] = .branch(branch)
  }

  /// The container, of the kind that `kinds` has for its path.
  func node(at path: [String], _ kinds: [[String]: String]) -> Node {
    let kind = kinds[path] ?? "dict"
    let isSequence = kind == "tuple" || kind == "list"
    // Positions come in their own order.
    let keys = isSequence ? order.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) } : order
    let entries = keys.compactMap { key -> Node.Entry? in
      switch children[key] {
      case .value(let value)?: Node.Entry(.text(key), value)
      case .branch(let branch)?: Node.Entry(.text(key), branch.node(at: path + [key], kinds))
      case nil: nil
      }
    }
    if isSequence { return .sequence(kind: kind, entries.map(\.value)) }
    if kind.hasPrefix("record ") { return .record(type: String(kind.dropFirst(7)), entries) }
    return .mapping(kind: kind, entries)
  }
}
