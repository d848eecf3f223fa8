import Tensors

/// Makes the tree of an archive from the value of a pickle.
///
/// What the tree has no case for is a record: `class` (a class as a value), `int` (beyond 64 bits),
/// `set`, `frozenset`, `bytearray`, `numpy.scalar`, `numpy.objects` (an array of objects), and
/// mappings with keys that are neither text nor whole numbers. An object of an unknown class is a
/// record of that class: what it was made from under its fields' names or numbers, or under `__args__`
/// where its class was called; `__kwargs__`, `__state__`, `__items__` and `__pairs__` as far as it has
/// them. `PickleWriter` writes all of them as they were.
struct PickleTree {
  /// Numbers of the arrays that stand at several places.
  private var shared: [AnyHashable: Int?] = [:]
  private var sharedCount = 0

  /// The tree of `value`.
  ///
  /// - Throws: `Failure` where it would be over a limit, or is not a tree.
  static func node(of value: PickleValue) throws -> Node {
    _ = try PickleMeasure.size(of: value)
    var tree = PickleTree()
    tree.find(value)
    return try tree.node(value)
  }

  /// Notes which arrays stand at one place, and which at several.
  private mutating func find(_ value: PickleValue) {
    let value = value.resolved
    if case .tensor(let tensor) = value {
      let identity = tensor.identity
      guard let number = shared[identity] else {
        shared[identity] = .some(nil)
        return
      }
      if number == nil {
        shared[identity] = sharedCount
        sharedCount += 1
      }
      return
    }
    for part in PickleMeasure.parts(of: value) { find(part) }
  }

  private func node(_ value: PickleValue) throws -> Node {
    switch value.resolved {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .longInteger(let bytes):
      return record("int", [("value", .text(PickleNumbers.hexadecimal(bytes)))])
    case .real(let value): return .real(value)
    case .text(let text): return .text(try text.string())
    case .bytes(let bytes): return try node(bytes)
    case .global(let global): return Self.node(global)
    case .sequence(let sequence):
      let items = try sequence.items.map { try node($0) }
      switch sequence.kind {
      case .list, .tuple: return .sequence(kind: sequence.kind.rawValue, items)
      case .set, .frozenset: return .record(type: sequence.kind.rawValue, numbered(items))
      }
    case .mapping(let mapping):
      if let entries = try entries(mapping.pairs) {
        return .mapping(kind: mapping.kind, entries)
      }
      return record(mapping.kind, [(PickleRecord.pairs, try pairs(mapping.pairs))])
    case .object(let object): return try node(object)
    case .tensor(let array):
      var tensor = array.tensor
      tensor.layout.sharing = shared[array.identity] ?? nil
      return .tensor(tensor)
    }
  }

  private func node(_ bytes: PickleBytes) throws -> Node {
    let content = try bytes.bytes()
    switch bytes.kind {
    case .bytes: return .bytes(content)
    case .bytearray: return record("bytearray", [("value", .bytes(content))])
    // Most texts of Python 2 are of this kind.
    case .python2:
      return String(validating: content, as: UTF8.self).map { .text($0) } ?? .bytes(content)
    }
  }

  private static func node(_ global: PickleGlobal) -> Node {
    var entries = [("name", Node.text(global.spelling))]
    if let fields = global.fields {
      entries.append(("fields", .sequence(kind: "tuple", fields.map { .text($0) })))
    }
    return .record(type: "class", entries.map { Node.Entry(.text($0.0), $0.1) })
  }

  private func node(_ object: PickleObject) throws -> Node {
    if let tensor = (object as? NumpyScalar)?.tensor {
      return record(PickleRecord.scalar, [("value", .tensor(tensor))])
    }
    if let objects = (object as? NumpyArray)?.objects {
      return record(
        PickleRecord.objects,
        [
          ("shape", .sequence(kind: "tuple", objects.shape.map { .integer($0) })),
          ("values", .sequence(kind: "list", try objects.values.map { try node($0) })),
        ])
    }
    let arguments = try object.arguments.map { try node($0) }
    var entries: [Node.Entry]
    if let fields = object.type.fields, fields.count == arguments.count {
      entries = zip(fields, arguments).map { Node.Entry(.text($0), $1) }
    } else if object.making == .new {
      entries = numbered(arguments)
    } else {
      entries = [
        Node.Entry(.text(PickleRecord.arguments), .sequence(kind: "tuple", arguments))
      ]
    }
    func add(_ key: String, _ value: Node) { entries.append(Node.Entry(.text(key), value)) }
    if !object.keywords.isEmpty { add(PickleRecord.keywords, try pairs(object.keywords)) }
    if let state = object.state { add(PickleRecord.state, try node(state)) }
    if !object.items.isEmpty {
      add(PickleRecord.items, .sequence(kind: "list", try object.items.map { try node($0) }))
    }
    if !object.pairs.isEmpty { add(PickleRecord.pairs, try pairs(object.pairs)) }
    return .record(type: object.type.spelling, entries)
  }

  private func record(_ type: String, _ entries: [(String, Node)]) -> Node {
    .record(type: type, entries.map { Node.Entry(.text($0.0), $0.1) })
  }

  private func numbered(_ items: [Node]) -> [Node.Entry] {
    items.enumerated().map { Node.Entry(.number($0), $1) }
  }

  /// Pairs as a mapping, or as a list of tuples where a key is neither text nor a whole number.
  private func pairs(_ pairs: [PickleMapping.Pair]) throws -> Node {
    if let entries = try entries(pairs) { return .mapping(kind: "dict", entries) }
    return .sequence(
      kind: "list",
      try pairs.map { .sequence(kind: "tuple", [try node($0.key), try node($0.value)]) })
  }

  /// The entries of a mapping, or nil where a key is neither text nor a whole number.
  private func entries(_ pairs: [PickleMapping.Pair]) throws -> [Node.Entry]? {
    var keys: Set<Key> = []
    var entries: [Node.Entry] = []
    entries.reserveCapacity(pairs.count)
    for (key, value) in pairs {
      let text: Key
      switch key {
      case .integer(let number): text = .number(number)
      case .text(let name): text = .text(try name.string())
      case .bytes(let bytes) where bytes.kind == .python2:
        guard let name = String(validating: try bytes.bytes(), as: UTF8.self) else { return nil }
        text = .text(name)
      default: return nil
      }
      guard keys.insert(text).inserted else {
        throw Failure(place: "key '\(text)'", expected: "a key once", found: "it twice")
      }
      entries.append(Node.Entry(text, try node(value)))
    }
    return entries
  }
}

/// The names in records that stand for what a tree has no case for.
enum PickleRecord {
  /// What a class or function was called with.
  static let arguments = "__args__"
  /// What it was given by name.
  static let keywords = "__kwargs__"
  /// What the object's `__setstate__` is given.
  static let state = "__state__"
  /// What is appended to the object.
  static let items = "__items__"
  /// What is put into the object under keys.
  static let pairs = "__pairs__"
  /// The keys that are no fields of a named tuple.
  static let reserved: Set<String> = [arguments, keywords, state, items, pairs]
  /// The type of a record for a scalar of NumPy.
  static let scalar = "numpy.scalar"
  /// The type of a record for an array of objects.
  static let objects = "numpy.objects"
}
