import Tensors

/// JSON text (RFC 8259) read value by value, as a file's header is: the caller says what comes next,
/// and anything else is refused.
///
/// Nothing is kept but what the caller takes, objects keep the order of their keys, and two keys of
/// one name are refused, which general decoders let pass.
struct JSONScanner {
  /// The offset of the next byte.
  var position = 0
  let bytes: CheckedBytes
  private let place: String

  /// The most containers inside one another that `skipValue` passes over.
  static let depthLimit = Archive.depthLimit

  /// A scanner of `bytes`, which must outlive it; messages name `place`.
  init(_ bytes: CheckedBytes, place: String) {
    self.bytes = bytes
    self.place = place
  }

  /// The byte after any blanks, which are passed over; nil at the end.
  var next: UInt8? {
    mutating get {
      while position < bytes.count {
        switch bytes[position] {
        case 0x20, 0x09, 0x0A, 0x0D: position += 1
        default: return bytes[position]
        }
      }
      return nil
    }
  }

  /// Takes one byte of punctuation.
  mutating func take(_ character: Unicode.Scalar) throws {
    guard next == UInt8(ascii: character) else { throw failure(expected: "'\(character)'") }
    position += 1
  }

  /// Checks that nothing but blanks follows.
  mutating func end() throws {
    guard next == nil else { throw failure(expected: "nothing more") }
  }

  /// An object: `body` is called with each key and takes its value.
  mutating func object(_ body: (inout JSONScanner, String) throws -> Void) throws {
    var keys: Set<String> = []
    try take("{")
    while next != UInt8(ascii: "}") {
      let key = try string()
      guard keys.insert(key).inserted else {
        throw failure(expected: "each key once", found: "'\(key)' again")
      }
      try take(":")
      try body(&self, key)
      try takeComma(before: "}")
    }
    position += 1
  }

  /// An array: `body` takes each value.
  mutating func array(_ body: (inout JSONScanner) throws -> Void) throws {
    try take("[")
    while next != UInt8(ascii: "]") {
      try body(&self)
      try takeComma(before: "]")
    }
    position += 1
  }

  /// Takes the comma between two values; none may stand before the closing bracket.
  private mutating func takeComma(before close: Unicode.Scalar) throws {
    guard next != UInt8(ascii: close) else { return }
    try take(",")
    guard next != UInt8(ascii: close) else { throw failure(expected: "a value after ','") }
  }

  /// A whole number from 0 to 2^63 - 1, without fraction, exponent or leading zeros.
  mutating func wholeNumber() throws -> Int {
    _ = next
    let start = position
    var value = 0
    while position < bytes.count, case let digit = Int(bytes[position]) - 0x30,
      (0...9).contains(digit)
    {
      let (ten, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = ten.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw failure(expected: "a number below 2^63") }
      value = sum
      position += 1
    }
    guard position > start else { throw failure(expected: "a whole number from 0") }
    guard position - start == 1 || bytes[start] != 0x30 else {
      throw failure(expected: "a number without leading zeros")
    }
    if position < bytes.count, [0x2E, 0x65, 0x45].contains(bytes[position]) {
      throw failure(expected: "a whole number, without fraction or exponent")
    }
    return value
  }

  /// Passes over any value; its strings and brackets are checked, its numbers only for their
  /// characters.
  mutating func skipValue() throws {
    var open: [UInt8] = []
    repeat {
      guard let byte = next else { throw failure(expected: "a value") }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        guard open.count < Self.depthLimit else {
          throw failure(expected: "at most \(Self.depthLimit) containers deep", found: "more")
        }
        open.append(byte + 2)
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open.popLast() == byte else { throw failure(expected: "the other bracket") }
        position += 1
      case UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard !open.isEmpty else { throw failure(expected: "a value") }
        position += 1
      default: try skipWord()
      }
    } while !open.isEmpty
  }

  /// A number, true, false or null.
  private mutating func skipWord() throws {
    let start = position
    while position < bytes.count, Self.wordBytes.contains(bytes[position]) { position += 1 }
    guard position > start else { throw failure(expected: "a value") }
  }

  private static let wordBytes = Set("+-.0123456789Eaeflnrstu".utf8)

  /// A failure at the next byte.
  func failure(expected: String, found: String? = nil) -> Failure {
    let here =
      position >= bytes.count
      ? "its end"
      : (0x20..<0x7F).contains(bytes[position])
        ? "'\(Character(Unicode.Scalar(bytes[position])))'" : "byte \(bytes[position])"
    return Failure(place: "\(place), byte \(position)", expected: expected, found: found ?? here)
  }
}
