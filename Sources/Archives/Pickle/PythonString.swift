import Tensors

/// The string literals of Python 2 in pickles of protocol 0: `'...'` or `"..."` with escapes.
enum PythonString {
  private static let letters: [UInt8: UInt8] = [
    UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "\\"): 92,
    UInt8(ascii: "'"): 39, UInt8(ascii: "\""): 34, UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8,
    UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
  ]

  /// The bytes that a literal stands for.
  ///
  /// - Throws: `Failure` where it has no quotes or an unknown escape.
  static func bytes(_ literal: CheckedBytes) throws -> [UInt8] {
    guard literal.count >= 2, let quote = literal.first, quote == literal.last,
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { throw Failure(expected: "a string in quotes", found: "another line") }
    var result: [UInt8] = []
    var index = 1
    let end = literal.count - 1
    while index < end {
      guard literal[index] == UInt8(ascii: "\\") else {
        result.append(literal[index])
        index += 1
        continue
      }
      guard index + 1 < end else { throw Failure(expected: "an escape", found: "the end") }
      let letter = literal[index + 1]
      if let byte = letters[letter] {
        result.append(byte)
        index += 2
        continue
      }
      guard letter == UInt8(ascii: "x"), index + 3 < end,
        let high = Character(Unicode.Scalar(literal[index + 2])).hexDigitValue,
        let low = Character(Unicode.Scalar(literal[index + 3])).hexDigitValue
      else { throw Failure(expected: "an escape of a string", found: "byte \(letter)") }
      result.append(UInt8(high << 4 | low))
      index += 4
    }
    return result
  }
}
