import Tensors

/// A name with typed holes, `stage{s:int}/conv{c+1:int}`, that parses names and prints them.
///
/// A hole is `{name}`, `{name:type}` or `{name+k:type}`. Types:
/// * `int`: a decimal number without leading zeros; `+k` is added when printing;
/// * `suffix`: Haiku's numbering of modules: nothing for 0, `_1` for 1 ...;
/// * `word` (the default): one or more of `[A-Za-z0-9_-]`, up to 255;
/// * `path`: all that is left, words joined by `/`; `dotted`: the same where they are joined by `.`;
/// * the name of a map of the dialect: one of its words.
///
/// Because a rule is a pair of templates with the same holes, it serves both directions.
struct Template: Sendable, Hashable {
  enum Piece: Sendable, Hashable {
    case literal([UInt8])
    case hole(Hole)
  }

  struct Hole: Sendable, Hashable {
    /// The types that are not maps of a dialect.
    static let types: Set<String> = ["int", "suffix", "word", "path", "dotted"]
    /// Shifts beyond it are mistakes, and sums with them could overflow.
    static let largestShift = 999_999
    /// The most characters of a word.
    static let longestWord = 255

    var name: String
    var type: String
    var shift: Int
  }

  /// The most bytes of a template, and the most pieces: matching goes as deep as there are pieces.
  static let byteLimit = 4_096
  static let pieceLimit = 64
  /// The most ways to fill holes that are tried on one name.
  static let stepLimit = 10_000

  let text: String
  let pieces: [Piece]

  /// The template written as `text`.
  ///
  /// - Throws: `Failure` (`badInput`) where a brace is not closed, a hole has no name, or it is too long.
  init(_ text: String) throws {
    try Self.check(byteCount: text.utf8.count)
    self.text = text
    pieces = try Self.pieces(of: text)
    guard pieces.count <= Self.pieceLimit else {
      throw Failure(
        place: "the template '\(text.prefix(60))...'",
        expected: "at most \(Self.pieceLimit) holes and texts between them",
        found: "\(pieces.count)")
    }
  }

  /// Refuses a text that is too long for a template.
  ///
  /// - Throws: `Failure` (`badInput`).
  static func check(byteCount: Int) throws {
    guard byteCount <= byteLimit else {
      throw Failure(
        expected: "a template of at most \(Numbers.grouped(byteLimit)) bytes",
        found: "\(Numbers.grouped(byteCount)) bytes")
    }
  }

  private static func pieces(of text: String) throws -> [Piece] {
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "{") else {
        literal.append(byte)
        continue
      }
      guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
        throw Failure(.badInput, "the template '\(text)' has a '{' without '}'")
      }
      let parts = rest[rest.startIndex..<end].split(
        separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
      let head = parts[0].split(separator: UInt8(ascii: "+"), maxSplits: 1)
      rest = rest[(end + 1)...]
      guard let name = head.first, !name.isEmpty else {
        throw Failure(.badInput, "the template '\(text)' has a hole without a name")
      }
      let shift = head.count == 2 ? Int(String(decoding: head[1], as: UTF8.self)) : 0
      guard let shift, (0...Hole.largestShift).contains(shift) else {
        throw Failure(
          .badInput,
          "the template '\(text)' shifts a hole by what is no number up to \(Hole.largestShift)")
      }
      if !literal.isEmpty { pieces.append(.literal(literal)) }
      literal = []
      pieces.append(
        .hole(
          Hole(
            name: String(decoding: name, as: UTF8.self),
            type: parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : "word",
            shift: shift)))
    }
    if !literal.isEmpty { pieces.append(.literal(literal)) }
    return pieces
  }

  /// The holes, in order.
  var holes: [Hole] {
    pieces.compactMap { if case .hole(let hole) = $0 { hole } else { nil } }
  }

  /// The values of the holes with which the template prints `name`, or nil.
  ///
  /// - Parameter known: values that some holes must have.
  /// - Throws: `Failure` (`badInput`) where there are too many ways to try.
  func match(_ name: [UInt8], maps: WordMaps, known: Bindings = [:]) throws -> Bindings? {
    // Most names that are asked about are other templates': their ends differ.
    if case .literal(let end)? = pieces.last, !name.suffix(end.count).elementsEqual(end) {
      return nil
    }
    var found = Found()
    guard try match(name[...], pieces[...], maps, known, &found) else { return nil }
    var bindings = known
    for (hole, value) in found.values { bindings[hole] = value }
    return bindings
  }

  /// What a match has found so far.
  private struct Found {
    var values: [(hole: String, value: String)] = []
    /// How many ways to fill a hole were tried.
    var steps = 0
  }

  private func match(
    _ name: ArraySlice<UInt8>, _ pieces: ArraySlice<Piece>, _ maps: WordMaps, _ known: Bindings,
    _ found: inout Found
  ) throws -> Bool {
    guard let piece = pieces.first else { return name.isEmpty }
    let rest = pieces.dropFirst()
    switch piece {
    case .literal(let literal):
      guard name.starts(with: literal) else { return false }
      return try match(name.dropFirst(literal.count), rest, maps, known, &found)
    case .hole(let hole):
      // Longest first: a hole takes all it can, and gives back only where the rest demands it.
      let bound = found.values.first { $0.hole == hole.name }?.value ?? known[hole.name]
      for (length, value) in hole.candidates(
        name, maps, where: { rest.canBegin(name.dropFirst($0)) })
      {
        found.steps += 1
        guard found.steps <= Self.stepLimit else { throw tooManyWays(name) }
        if let bound, bound != value { continue }
        let count = found.values.count
        if bound == nil { found.values.append((hole.name, value)) }
        if try match(name.dropFirst(length), rest, maps, known, &found) { return true }
        found.values.removeSubrange(count...)
      }
      return false
    }
  }

  private func tooManyWays(_ name: ArraySlice<UInt8>) -> Failure {
    Failure(
      place: "the template '\(text)'",
      expected: "holes that a name fills in one of \(Numbers.grouped(Self.stepLimit)) ways",
      found: "more for '\(String(decoding: name.prefix(60), as: UTF8.self))'")
  }

  /// The name with those values in the holes, or nil where a value is missing or does not fit.
  func print(_ bindings: Bindings, maps: WordMaps) -> String? {
    var result = ""
    for piece in pieces {
      switch piece {
      case .literal(let literal): result += String(decoding: literal, as: UTF8.self)
      case .hole(let hole):
        guard let value = bindings[hole.name], let text = hole.print(value, maps) else {
          return nil
        }
        result += text
      }
    }
    return result
  }
}

/// The values of holes: decimal numbers for `int` and `suffix`, words for the rest.
typealias Bindings = [String: String]

/// A dialect's maps: from the native word to the dialect's.
typealias WordMaps = [String: [String: String]]

extension ArraySlice<Template.Piece> {
  /// Whether a name can begin as these pieces do.
  fileprivate func canBegin(_ name: ArraySlice<UInt8>) -> Bool {
    switch first {
    case nil: name.isEmpty
    case .literal(let literal): name.starts(with: literal)
    case .hole: true
    }
  }
}

extension Template.Hole {
  /// The values the hole can have at the beginning of `name` with their lengths, longest first.
  ///
  /// - Parameter fits: whether what stands behind a length can be the rest of the template.
  fileprivate func candidates(
    _ name: ArraySlice<UInt8>, _ maps: WordMaps, where fits: (Int) -> Bool
  ) -> [(Int, String)] {
    switch type {
    case "int":
      let digits = name.prefix { (0x30...0x39).contains($0) }
      guard fits(digits.count), let number = decimal(digits), number >= shift else { return [] }
      return [(digits.count, String(number - shift))]
    case "suffix":
      guard name.first == UInt8(ascii: "_") else { return [(0, "0")] }
      let digits = name.dropFirst().prefix { (0x30...0x39).contains($0) }
      guard let number = decimal(digits), number > 0 else { return [(0, "0")] }
      return [(digits.count + 1, String(number)), (0, "0")]
    case "word":
      let word = name.prefix(Self.longestWord).prefix(while: isWordByte)
      return (0..<word.count).lazy.map { word.count - $0 }.filter(fits).map { length in
        (length, String(decoding: word.prefix(length), as: UTF8.self))
      }
    case "path", "dotted":
      let parts = name.split(
        separator: UInt8(ascii: type == "path" ? "/" : "."), omittingEmptySubsequences: false)
      guard parts.allSatisfy({ (1...64).contains($0.count) && $0.allSatisfy(isWordByte) }) else {
        return []
      }
      return [
        (name.count, parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/"))
      ]
    default:
      return (maps[type] ?? [:]).filter { name.starts(with: Array($0.value.utf8)) }
        .map { ($0.value.utf8.count, $0.key) }
        .sorted { ($0.0, $0.1) > ($1.0, $1.1) }
    }
  }

  fileprivate func print(_ value: String, _ maps: WordMaps) -> String? {
    switch type {
    case "int": decimal(Array(value.utf8)[...]).map { String($0 + shift) }
    case "suffix": decimal(Array(value.utf8)[...]).map { $0 == 0 ? "" : "_\($0)" }
    case "word", "path": value
    case "dotted": value.replacing("/", with: ".")
    default: maps[type]?[value]
    }
  }

  /// What its values are, whichever way they are written: holes of one kind can be filled from each other.
  var kind: String {
    switch type {
    case "suffix": "int"
    case "dotted": "path"
    default: type
    }
  }

  /// Whether names of the hole can have the value, in a native name or in the dialect's.
  func canHave(_ value: String, _ maps: WordMaps) -> Bool {
    let bytes = Array(value.utf8)
    func isWord(_ bytes: ArraySlice<UInt8>) -> Bool {
      (1...Self.longestWord).contains(bytes.count) && bytes.allSatisfy(isWordByte)
    }
    switch kind {
    case "int": return decimal(bytes[...]) != nil
    case "word": return isWord(bytes[...])
    case "path":
      return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        .allSatisfy(isWord)
    default: return maps[type]?[value] != nil
    }
  }

  /// The number that `digits` write without leading zeros, up to nine digits; nil where they are none.
  private func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 9, digits.allSatisfy({ (0x30...0x39).contains($0) }),
      digits.count == 1 || digits.first != UInt8(ascii: "0")
    else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}

func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
  default: false
  }
}
