import Tensors

extension JSONScanner {
  /// A string, its escapes resolved.
  mutating func string() throws -> String {
    guard next == UInt8(ascii: "\"") else { throw failure(expected: "a string") }
    position += 1
    let start = position
    var unescaped: [UInt8]?
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      let byte = bytes[position]
      guard byte >= 0x20 else { throw failure(expected: "no control character in a string") }
      if byte == UInt8(ascii: "\\") {
        if unescaped == nil { unescaped = Array(bytes[start..<position]) }
        position += 1
        let scalar = try escape()
        unescaped?.append(contentsOf: Array(String(Character(scalar)).utf8))
      } else {
        unescaped?.append(byte)
        position += 1
      }
    }
    guard position < bytes.count else { throw failure(expected: "'\"' at the end of a string") }
    let text =
      if let unescaped {
        String(validating: unescaped, as: UTF8.self)
      } else {
        String(validating: bytes[start..<position], as: UTF8.self)
      }
    guard let text else { throw failure(expected: "UTF-8", found: "other bytes in a string") }
    position += 1
    return text
  }

  /// What follows a backslash.
  private mutating func escape() throws -> Unicode.Scalar {
    guard position < bytes.count else { throw failure(expected: "an escape") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default:
      position -= 1
      throw failure(expected: "an escape of JSON")
    }
    let high = try fourDigits()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard (0xD800..<0xDC00).contains(high), position + 1 < bytes.count,
      bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    else { throw failure(expected: "a pair of surrogates") }
    position += 2
    let low = try fourDigits()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw failure(expected: "a pair of surrogates") }
    return scalar
  }

  private mutating func fourDigits() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80
      else { throw failure(expected: "four hexadecimal digits") }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
