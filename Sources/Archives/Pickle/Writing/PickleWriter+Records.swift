import Tensors

extension PickleWriter {
  /// Writes a record: what `PickleTree` made it from.
  func record(_ type: String, _ entries: [Node.Entry]) throws {
    func part(_ key: String) -> Node? {
      entries.count == 1 && entries[0].key == .text(key) ? entries[0].value : nil
    }
    switch type {
    case "class":
      guard case .text(let name)? = entries.first?.value else { throw wrong(type, "a name") }
      try global(PickleGlobal(spelling: name, fields: try fields(entries.dropFirst().first?.value)))
    case "int":
      guard case .text(let text)? = part("value"),
        let bytes = PickleNumbers.bytes(hexadecimal: text), let count = Int32(exactly: bytes.count)
      else { throw wrong(type, "a hexadecimal number") }
      try put(.long4, count)
      try put(bytes)
    case "set", "frozenset":
      try call("builtins", type) {
        try list(entries.map(\.value))
        try put(.tuple1)
      }
    case "bytearray":
      guard case .bytes(let bytes)? = part("value") else { throw wrong(type, "bytes") }
      try call("builtins", type) {
        try self.bytes(bytes)
        try put(.tuple1)
      }
    case PickleRecord.scalar:
      guard case .tensor(let tensor)? = part("value"), tensor.shape.isEmpty else {
        throw wrong(type, "a tensor without axes")
      }
      try scalar(tensor)
    case PickleRecord.objects:
      let record = Node.record(type: type, entries)
      guard case .sequence(_, let shape)? = record["shape"],
        case .sequence(_, let values)? = record["values"]
      else { throw wrong(type, "a shape and values") }
      try objects(shape: shape, values)
    default:
      // A mapping, some of whose keys are neither text nor whole numbers.
      if !type.contains("."), !type.contains(":"), let pairs = part(PickleRecord.pairs) {
        return try mapping(type, try self.pairs(pairs))
      }
      try object(PickleGlobal(spelling: type), entries)
    }
  }

  /// Writes an object of a class.
  private func object(_ type: PickleGlobal, _ entries: [Node.Entry]) throws {
    var parts: [String: Node] = [:]
    var fields: [(name: String, value: Node)] = []
    var positions: [Node] = []
    for entry in entries {
      switch entry.key {
      case .number(positions.count): positions.append(entry.value)
      case .text(let key) where PickleRecord.reserved.contains(key): parts[key] = entry.value
      case .text(let key): fields.append((key, entry.value))
      default: throw wrong(type.spelling, "parts numbered from 0")
      }
    }
    guard fields.isEmpty || positions.isEmpty else {
      throw wrong(type.spelling, "parts with names or with numbers")
    }
    if let arguments = parts[PickleRecord.arguments] {
      guard case .sequence(_, let items) = arguments, fields.isEmpty, positions.isEmpty else {
        throw wrong(type.spelling, "arguments as its only parts")
      }
      try global(type)
      try tuple(items)
      try put(.reduce)
    } else {
      let isNamedTuple = !fields.isEmpty || entries.isEmpty
      try new(
        isNamedTuple
          ? PickleGlobal(type.module, type.name, fields: fields.map(\.name)) : type,
        isNamedTuple ? fields.map(\.value) : positions, parts[PickleRecord.keywords])
    }
    if let items = parts[PickleRecord.items], case .sequence(_, let values) = items {
      try put(.mark)
      for value in values { try self.value(value) }
      try put(.appends)
    }
    if let pairs = parts[PickleRecord.pairs] { try items(try self.pairs(pairs)) }
    if let state = parts[PickleRecord.state] {
      try value(state)
      try put(.build)
    }
  }

  /// Writes an object as its class's `__new__` makes it.
  private func new(_ type: PickleGlobal, _ arguments: [Node], _ keywords: Node?) throws {
    guard let keywords else {
      try global(type)
      try tuple(arguments)
      return try put(.newObject)
    }
    let pairs = try self.pairs(keywords)
    if version == .four {
      try global(type)
      try tuple(arguments)
      try mapping("dict", pairs)
      return try put(.newObjectEx)
    }
    try call("copyreg", "__newobj_ex__") {
      try global(type)
      try tuple(arguments)
      try mapping("dict", pairs)
      try put(.tuple3)
    }
  }

  /// The pairs of a mapping, or of a list of pairs.
  private func pairs(_ node: Node) throws -> [(Node, Node)] {
    switch node {
    case .mapping(_, let entries):
      return entries.map { entry in
        switch entry.key {
        case .text(let text): (.text(text), entry.value)
        case .number(let number): (.integer(number), entry.value)
        }
      }
    case .sequence(_, let items):
      return try items.map { item in
        guard case .sequence(_, let pair) = item, pair.count == 2 else {
          throw wrong(PickleRecord.pairs, "pairs")
        }
        return (pair[0], pair[1])
      }
    default: throw wrong(PickleRecord.pairs, "pairs")
    }
  }

  private func fields(_ node: Node?) throws -> [String]? {
    guard let node else { return nil }
    guard case .sequence(_, let items) = node else { throw wrong("class", "names of fields") }
    return try items.map {
      guard case .text(let name) = $0 else { throw wrong("class", "names of fields") }
      return name
    }
  }

  private func wrong(_ type: String, _ expected: String) -> Failure {
    Failure(.usage, place: "record \(type)", "expected \(expected), found something else")
  }
}
