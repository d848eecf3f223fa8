import Tensors

/// The tree of a MessagePack file.
struct MsgpackReader {
  private let file: any ByteSource
  private let bytes: CheckedBytes
  private var scanner: MsgpackScanner
  private var nodes = 0
  private var copied = 0

  /// The most containers inside one another.
  static let depthLimit = Archive.depthLimit
  /// The most values in a file.
  static let nodeLimit = 1 << 21
  /// The most bytes of texts and byte strings, which are copied.
  static let copyLimit = 1 << 24

  /// A reader of `file`, whose bytes are `bytes`.
  init(_ file: any ByteSource, _ bytes: CheckedBytes) {
    self.file = file
    self.bytes = bytes
    scanner = MsgpackScanner(bytes)
  }

  /// The one value that the file holds.
  mutating func document() throws -> Node {
    let root = try value(depth: 0)
    guard scanner.remaining == 0 else {
      throw scanner.failure(
        scanner.position, expected: "the end of the file", found: "\(scanner.remaining) more bytes")
    }
    return root
  }

  private mutating func value(depth: Int) throws -> Node {
    let start = scanner.position
    nodes += 1
    guard nodes <= Self.nodeLimit, depth <= Self.depthLimit else {
      throw scanner.failure(
        start, expected: "at most \(Self.nodeLimit) values, \(Self.depthLimit) deep",
        found: "more")
    }
    switch try scanner.next() {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .real(let value): return .real(value)
    case .text(let range): return .text(try text(range))
    case .bytes(let range):
      try spend(range)
      return .bytes(scanner.content(range))
    case .array(let count):
      var values: [Node] = []
      for _ in 0..<count { values.append(try value(depth: depth + 1)) }
      return .sequence(kind: "list", values)
    case .map(let count): return try map(count, depth: depth)
    case .other(let type, let range): return try other(type, range)
    }
  }

  private mutating func map(_ count: Int, depth: Int) throws -> Node {
    var entries: [Node.Entry] = []
    var keys: Set<String> = []
    for _ in 0..<count {
      let start = scanner.position
      guard case .text(let range) = try scanner.next() else {
        throw scanner.failure(start, expected: "a text as key", found: "another value")
      }
      let key = try text(range)
      guard keys.insert(key).inserted else {
        throw scanner.failure(start, expected: "each key once", found: "'\(key)' again")
      }
      entries.append(Node.Entry(.text(key), try value(depth: depth + 1)))
    }
    if keys.contains(MsgpackChunks.marker) {
      return .tensor(try MsgpackChunks.join(entries))
    }
    return .mapping(kind: "dict", entries)
  }

  /// An extension: Flax's array, complex number or NumPy scalar.
  private func other(_ type: Int8, _ range: Range<Int>) throws -> Node {
    switch MsgpackExtension(rawValue: type) {
    case .array: return .tensor(try MsgpackExtension.tensor(file, bytes, range))
    case .scalar:
      let tensor = try MsgpackExtension.tensor(file, bytes, range)
      guard tensor.shape.isEmpty else {
        throw scanner.failure(
          range.lowerBound, expected: "a scalar", found: "an array of shape \(tensor.shape)")
      }
      return .record(
        type: MsgpackExtension.scalarType, [Node.Entry(.text("value"), .tensor(tensor))])
    case .complex: return try MsgpackExtension.complex(bytes, range)
    case nil:
      throw scanner.failure(
        range.lowerBound, expected: "an extension of type 1, 2 or 3",
        found: type == -1 ? "a time (type -1)" : "type \(type)")
    }
  }

  private mutating func text(_ range: Range<Int>) throws -> String {
    try spend(range)
    return try scanner.text(range)
  }

  private mutating func spend(_ range: Range<Int>) throws {
    copied += range.count
    guard copied <= Self.copyLimit else {
      throw scanner.failure(
        range.lowerBound, expected: "at most \(Self.copyLimit) bytes of texts in all",
        found: "more")
    }
  }
}
