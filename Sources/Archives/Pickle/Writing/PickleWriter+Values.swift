import Tensors

extension PickleWriter {
  /// Writes the value of a node, without a `STOP`.
  ///
  /// - Throws: `Failure` (`usage`) where it cannot be written.
  func value(_ node: Node) throws {
    switch node {
    case .none: try put(.none)
    case .bool(let value): try put(value ? .newTrue : .newFalse)
    case .integer(let value): try integer(value)
    case .real(let value): try put(.binFloat, value.bitPattern.byteSwapped)
    case .text(let text): try self.text(text)
    case .bytes(let bytes): try self.bytes(bytes)
    case .sequence(let kind, let items):
      try kind == "tuple" ? tuple(items) : list(items)
    case .mapping(let kind, let entries):
      try mapping(kind, entries.map { (keyNode($0.key), $0.value) })
    case .record(let type, let entries): try record(type, entries)
    case .tensor(let tensor):
      guard let key = tensor.layout.sharing.map({ MemoKey.sharing($0) }) else {
        return try self.tensor(tensor)
      }
      try once(key) { try self.tensor(tensor) }
    }
  }

  private func tensor(_ tensor: Tensor) throws {
    try tensorWriter.map { try $0(self, tensor) } ?? array(tensor)
  }

  private func keyNode(_ key: Key) -> Node {
    switch key {
    case .text(let text): .text(text)
    case .number(let number): .integer(number)
    }
  }

  /// Writes a whole number.
  func integer(_ value: Int) throws {
    if let small = UInt8(exactly: value) { return try put(.binInt1, small) }
    if let small = UInt16(exactly: value) { return try put(.binInt2, small) }
    if let small = Int32(exactly: value) { return try put(.binInt, small) }
    try put(.long1, UInt8(8))
    try put(Int64(value).littleEndianBytes)
  }

  /// Writes a text; short ones are remembered.
  func text(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard bytes.count <= 256 else { return try long(bytes) }
    try once(.text(text)) { try long(bytes) }
  }

  private func long(_ bytes: [UInt8]) throws {
    if version == .four, let count = UInt8(exactly: bytes.count) {
      try put(.shortBinUnicode, count)
    } else {
      try put(.binUnicode, try size(bytes.count))
    }
    try put(bytes)
  }

  /// Writes a byte string.
  func bytes(_ bytes: [UInt8]) throws {
    try unsafe bytes.withUnsafeBytes { all in
      try unsafe self.bytes(size: all.count) { try unsafe $0(all) }
    }
  }

  /// Writes a byte string of `size` bytes that `body` hands out in parts; protocol 2 asks for them
  /// twice.
  func bytes(
    size: Int, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    guard version == .four else {
      try call("_codecs", "encode") {
        var encoded = 0
        try unsafe body { unsafe encoded += LatinEncoder.size(of: $0) }
        try put(.binUnicode, try self.size(encoded))
        try put(size: encoded) {
          try unsafe body { try unsafe LatinEncoder.encode($0) { try unsafe put($0) } }
        }
        try text("latin1")
        try put(.tuple2)
      }
      return
    }
    if let count = UInt8(exactly: size) {
      try put(.shortBinBytes, count)
    } else if let count = UInt32(exactly: size) {
      try put(.binBytes, count)
    } else {
      try put(.binBytes8, UInt64(size))
    }
    try put(size: size) { try unsafe body { try unsafe put($0) } }
  }

  private func size(_ count: Int) throws -> UInt32 {
    guard let size = UInt32(exactly: count) else {
      throw Failure(
        .usage,
        "pickles of protocol 2 hold texts and arrays of less than 4 GB, found \(count) bytes")
    }
    return size
  }

  /// Writes a list.
  func list(_ items: [Node]) throws {
    try put(.emptyList)
    guard !items.isEmpty else { return }
    try put(.mark)
    for item in items { try value(item) }
    try put(.appends)
  }

  /// Writes a tuple.
  func tuple(_ items: [Node]) throws {
    try tuple(items.count) { for item in items { try value(item) } }
  }

  /// Writes a tuple of the `count` values that `body` writes.
  func tuple(_ count: Int, _ body: () throws -> Void) throws {
    switch count {
    case 0: try put(.emptyTuple)
    case 1...3:
      try body()
      try put([.tuple1, .tuple2, .tuple3][count - 1])
    default:
      try put(.mark)
      try body()
      try put(.tuple)
    }
  }

  /// Writes a mapping; one of a kind that Python does not know is a dictionary.
  func mapping(_ kind: String, _ pairs: [(Node, Node)]) throws {
    switch kind {
    case "OrderedDict":
      try call("collections", "OrderedDict") { try put(.emptyTuple) }
      try items(pairs)
    case "Counter": try wrapped("collections", "Counter", pairs)
    case "frozendict", "FlatMapping": try wrapped("haiku._src.data_structures", kind, pairs)
    case "FrozenDict": try wrapped("flax.core.frozen_dict", kind, pairs)
    case let kind where kind.split(separator: " ").first == "defaultdict":
      try call("collections", "defaultdict") {
        let factory = kind.dropFirst("defaultdict ".count)
        if factory.isEmpty { return try put(.emptyTuple) }
        try global(PickleGlobal(spelling: String(factory)))
        try put(.tuple1)
      }
      try items(pairs)
    default:
      try put(.emptyDict)
      try items(pairs)
    }
  }

  /// Puts pairs into the dictionary on the stack.
  func items(_ pairs: [(Node, Node)]) throws {
    guard !pairs.isEmpty else { return }
    try put(.mark)
    for (key, item) in pairs {
      try value(key)
      try value(item)
    }
    try put(.setItems)
  }

  private func wrapped(_ module: String, _ name: String, _ pairs: [(Node, Node)]) throws {
    try call(module, name) {
      try mapping("dict", pairs)
      try put(.tuple1)
    }
  }

  /// Writes a call of a class or function on the tuple that `arguments` writes.
  func call(_ module: String, _ name: String, _ arguments: () throws -> Void) throws {
    try global(PickleGlobal(module, name))
    try arguments()
    try put(.reduce)
  }

  /// Writes a class or function by name.
  func global(_ global: PickleGlobal) throws {
    if let fields = global.fields { return try namedTuple(global, fields) }
    let module = PickleGlobal.pythonTwo(global.module, version)
    try once(.global(global.spelling)) {
      if version == .four {
        try text(module)
        try text(global.name)
        return try put(.stackGlobal)
      }
      // Before protocol 4, what is in a class is taken from it.
      if let dot = global.name.lastIndex(of: ".") {
        return try call("builtins", "getattr") {
          try self.global(PickleGlobal(global.module, String(global.name[..<dot])))
          try text(String(global.name[global.name.index(after: dot)...]))
          try put(.tuple2)
        }
      }
      guard !(module + global.name).contains("\n") else {
        throw Failure(.usage, "a class's name has a line feed")
      }
      try put(.global)
      try put(Array("\(module)\n\(global.name)\n".utf8))
    }
  }

  /// Writes a class of named tuples.
  private func namedTuple(_ global: PickleGlobal, _ fields: [String]) throws {
    try once(.namedTuple(global.spelling, fields)) {
      try call("dill._dill", "_create_namedtuple") {
        try tuple([
          .text(global.name), .sequence(kind: "tuple", fields.map { .text($0) }),
          .text(global.module),
        ])
      }
    }
  }
}
