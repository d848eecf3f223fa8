import Tensors

extension JSONScanner {
  /// The most values that `value` builds.
  private static let valueLimit = 1 << 20

  /// Any value, as a tree: objects are mappings of kind `dict` in the order of their keys, arrays
  /// lists, whole numbers that fit 64 bits integers and other numbers reals.
  ///
  /// - Throws: `Failure` (`badInput`) where it is no JSON, or is deeper or larger than a
  ///   configuration ever is.
  mutating func value() throws -> Node {
    var count = 0
    return try value(depth: 0, &count)
  }

  /// Passes over any value of no more depth and values than `value` builds; no object in it has a key
  /// twice.
  mutating func checkValue() throws {
    var count = 0
    try checkValue(depth: 0, &count)
  }

  private mutating func checkValue(depth: Int, _ count: inout Int) throws {
    try take(one: &count, at: depth)
    switch next {
    case UInt8(ascii: "{"):
      try object { scanner, _ in
        try scanner.checkValue(depth: depth + 1, &count)
      }
    case UInt8(ascii: "["): try array { try $0.checkValue(depth: depth + 1, &count) }
    default: try skipValue()
    }
  }

  private func take(one count: inout Int, at depth: Int) throws {
    count += 1
    guard depth < Self.depthLimit, count <= Self.valueLimit else {
      throw failure(
        expected: "at most \(Self.valueLimit) values, \(Self.depthLimit) deep", found: "more")
    }
  }

  private mutating func value(depth: Int, _ count: inout Int) throws -> Node {
    try take(one: &count, at: depth)
    switch next {
    case UInt8(ascii: "{"):
      var entries: [(String, Node)] = []
      try object { entries.append(($1, try $0.value(depth: depth + 1, &count))) }
      return .dict(entries)
    case UInt8(ascii: "["):
      var values: [Node] = []
      try array { values.append(try $0.value(depth: depth + 1, &count)) }
      return .sequence(kind: "list", values)
    case UInt8(ascii: "\""): return .text(try string())
    default: return try word()
    }
  }

  /// A number, `true`, `false`, `null`, or one of Python's `NaN`, `Infinity` and `-Infinity`.
  private mutating func word() throws -> Node {
    let start = position
    while position < bytes.count, !Self.ends.contains(bytes[position]) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "null": return .none
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "NaN": return .real(.nan)
    case "Infinity": return .real(.infinity)
    case "-Infinity": return .real(-.infinity)
    default:
      let digits = word.hasPrefix("-") ? word.dropFirst() : word[...]
      let isPlain =
        [digits.first, digits.last].allSatisfy { $0.map { ("0"..."9").contains($0) } ?? false }
        && !digits.lowercased().contains(".e")
      let isPadded = digits.hasPrefix("0") && digits.dropFirst().first?.isNumber == true
      if isPlain, !isPadded, digits.allSatisfy({ "0123456789+-.eE".contains($0) }) {
        if let whole = Int(word) { return .integer(whole) }
        if let real = Double(word), real.isFinite { return .real(real) }
      }
      position = start
      throw failure(expected: "a value")
    }
  }

  /// What ends a word.
  private static let ends = Set(",:]}[{\" \t\r\n".utf8)
}
