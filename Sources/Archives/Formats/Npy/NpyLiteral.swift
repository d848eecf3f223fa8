import Tensors

/// The parser of an npy header's text: a Python literal of exactly three keys, in any order, of
/// which no expression is evaluated and nothing nests.
///
///     { 'descr': STRING, 'fortran_order': True or False, 'shape': ( NUMBERS ) }
struct NpyLiteral {
  private let bytes: [UInt8]
  private let allowsLongs: Bool
  private var position = 0

  /// A parser of `bytes`.
  ///
  /// - Parameter allowsLongs: whether numbers may end in `L`, as Python 2 wrote them.
  init(_ bytes: [UInt8], allowsLongs: Bool) {
    self.bytes = bytes
    self.allowsLongs = allowsLongs
  }

  /// The header that the whole text stands for.
  ///
  /// - Throws: `Failure` that names the byte, what was expected and what was found.
  mutating func header() throws -> NpyHeader {
    var type: NpyType?
    var order: Bool?
    var shape: [Int]?
    try take("{")
    while next != UInt8(ascii: "}") {
      let key = try text()
      try take(":")
      switch key {
      case "descr" where type == nil: type = try NpyType(descriptor: descriptor())
      case "fortran_order" where order == nil: order = try boolean()
      case "shape" where shape == nil: shape = try lengths()
      default:
        throw failure(expected: "descr, fortran_order and shape, once each", found: "'\(key)'")
      }
      if next == UInt8(ascii: "}") { break }
      try take(",")
    }
    try take("}")
    guard next == nil else { throw failure(expected: "nothing after '}'") }
    guard let type, let order, let shape else {
      throw failure(expected: "descr, fortran_order and shape", found: "fewer keys")
    }
    return NpyHeader(type: type, isFortran: order, shape: shape)
  }

  /// The byte after any blanks, which are passed over; nil at the end.
  private var next: UInt8? {
    mutating get {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
        position += 1
      }
      return position < bytes.count ? bytes[position] : nil
    }
  }

  private mutating func take(_ character: Character) throws {
    guard next == character.asciiValue else { throw failure(expected: "'\(character)'") }
    position += 1
  }

  /// The type string; records and subarrays have a list or a tuple in its place.
  private mutating func descriptor() throws -> String {
    if next == UInt8(ascii: "[") || next == UInt8(ascii: "(") {
      throw Failure(
        place: "npy header", expected: "elements of one type", found: "records of several fields")
    }
    return try text()
  }

  /// A string in single or double quotes, of printable ASCII without escapes.
  private mutating func text() throws -> String {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw failure(expected: "a string")
    }
    position += 1
    let start = position
    while position < bytes.count, bytes[position] != quote {
      guard (0x20..<0x7F).contains(bytes[position]), bytes[position] != UInt8(ascii: "\\") else {
        throw failure(expected: "a string of plain ASCII characters")
      }
      position += 1
    }
    guard position < bytes.count, position - start <= 64 else {
      throw failure(expected: "a string of at most 64 characters", found: "a longer one")
    }
    defer { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func boolean() throws -> Bool {
    _ = next
    for (word, value) in [("True", true), ("False", false)]
    where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw failure(expected: "True or False")
  }

  /// A tuple of numbers; a comma follows a single one.
  private mutating func lengths() throws -> [Int] {
    try take("(")
    var lengths: [Int] = []
    var endsInComma = true
    while next != UInt8(ascii: ")") {
      guard endsInComma else { throw failure(expected: "',' or ')'") }
      guard lengths.count < NpyHeader.axisLimit else {
        throw failure(expected: "at most \(NpyHeader.axisLimit) axes", found: "more")
      }
      lengths.append(try number())
      endsInComma = next == UInt8(ascii: ",")
      if endsInComma { position += 1 }
    }
    guard lengths.count != 1 || endsInComma else {
      throw failure(expected: "',' after the only length")
    }
    try take(")")
    return lengths
  }

  private mutating func number() throws -> Int {
    _ = next
    let start = position
    var value = 0
    while position < bytes.count, case let digit = Int(bytes[position]) - 0x30,
      (0...9).contains(digit)
    {
      let (ten, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = ten.addingReportingOverflow(digit)
      guard !overflow, !carry else {
        throw failure(expected: "a length below 2^63", found: "a longer number")
      }
      value = sum
      position += 1
    }
    guard position > start else { throw failure(expected: "a length, a whole number from 0") }
    if allowsLongs, position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }

  private func failure(expected: String, found: String? = nil) -> Failure {
    let here =
      position >= bytes.count
      ? "the end of the header"
      : (0x20..<0x7F).contains(bytes[position])
        ? "'\(Character(Unicode.Scalar(bytes[position])))'" : "byte \(bytes[position])"
    return Failure(
      place: "npy header, character \(position)", expected: expected, found: found ?? here)
  }
}
