import Archives

/// The leaves of an archive with their names, which dialects are recognised and read by.
struct LeafNames {
  /// A leaf and its name: keys joined by `/`, positions of named tuples by their fields.
  ///
  /// Rules match the bytes, which are the name's unless the dialect arranges its leaves.
  struct Item {
    var leaf: Leaf
    var name: String
    var bytes: [UInt8]
    var isTensor: Bool
  }

  var items: [Item]
  /// What an arrangement took for granted, a sentence each.
  var notes: [String] = []

  /// The leaves of `root`.
  ///
  /// - Parameter records: field names of named tuples whose file does not carry them, by the last
  ///   word of their class.
  init(_ root: Node, records: [String: [String]] = [:]) {
    items = []
    collect(root, at: [], name: "", records)
  }

  /// The leaves of an archive with the names that the rules of `dialect` are for.
  init(_ archive: Archive, for dialect: DialectFile) {
    self.init(archive.root, records: dialect.records ?? [:])
    guard dialect.arrange == KerasArrangement.name else { return }
    var arrangement = KerasArrangement()
    arrangement.apply(to: &items, of: archive)
    notes = arrangement.notes
  }

  private mutating func collect(
    _ node: Node, at path: [Key], name: String, _ records: [String: [String]]
  ) {
    guard let children = node.children, !children.isEmpty else {
      var isTensor = false
      if case .tensor = node { isTensor = true }
      items.append(
        Item(
          leaf: Leaf(path: path, value: node), name: name, bytes: Array(name.utf8),
          isTensor: isTensor))
      return
    }
    let fields = Self.fields(of: node, records)
    for (position, child) in children.enumerated() {
      let key = fields.map { $0[position] } ?? child.key.description
      collect(
        child.value, at: path + [child.key], name: path.isEmpty ? key : name + "/" + key, records)
    }
  }

  /// The fields of a named tuple that has numbers for them.
  private static func fields(of node: Node, _ records: [String: [String]]) -> [String]? {
    guard case .record(let type, let entries) = node,
      let last = type.split(separator: ".").last, let fields = records[String(last)],
      fields.count == entries.count,
      entries.indices.allSatisfy({ entries[$0].key == .number($0) })
    else { return nil }
    return fields
  }
}
