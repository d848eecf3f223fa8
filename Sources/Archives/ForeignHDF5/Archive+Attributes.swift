extension Archive {
  /// The archive with what the file says of itself as a whole as the first members of the root, under
  /// the keys that `AttributeKey` has for a group's attributes; JSON documents that lie beside the
  /// file stay where they are.
  package var withAttributesInside: Archive {
    guard case .mapping(let kind, let entries) = root else { return self }
    let own = attributes.filter { !$0.key.description.lowercased().hasSuffix(".json") }
    guard !own.isEmpty else { return self }
    var result = self
    let members = own.map { Node.Entry(.text(AttributeKey.key($0.key.description)), $0.value) }
    result.root = .mapping(kind: kind, members + entries)
    result.attributes.removeAll { entry in own.contains { $0.key == entry.key } }
    return result
  }

  /// The archive with the attributes among the root's members as its own.
  package var withAttributesApart: Archive {
    guard case .mapping(let kind, let entries) = root else { return self }
    var result = self
    var members: [Node.Entry] = []
    for entry in entries {
      if case .ofGroup(let name)? = AttributeKey(entry.key.description) {
        result.attributes.append(Node.Entry(.text(name), entry.value))
      } else {
        members.append(entry)
      }
    }
    result.root = .mapping(kind: kind, members)
    return result
  }
}
