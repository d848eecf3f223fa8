import Tensors

/// The numbers of pickles: text of protocol 0, and integers of any width.
enum PickleNumbers {
  /// The value of an `INT` line: decimal, or `00` and `01` for the booleans.
  static func int(_ line: String) throws -> PickleValue {
    switch line {
    case "00": .bool(false)
    case "01": .bool(true)
    default: try long(line)
    }
  }

  /// The value of a `LONG` line, whose `L` at the end is left out.
  static func long(_ line: String) throws -> PickleValue {
    let text = line.hasSuffix("L") ? String(line.dropLast()) : line
    if let value = Int(text) { return .integer(value) }
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw Failure(expected: "a whole number", found: "'\(line.prefix(40))'")
    }
    // At most 4300 digits, as the line is: Python's own limit.
    var magnitude: [UInt8] = []
    for digit in digits.utf8 {
      var carry = UInt16(digit - 0x30)
      for index in magnitude.indices {
        carry += UInt16(magnitude[index]) * 10
        magnitude[index] = UInt8(truncatingIfNeeded: carry)
        carry >>= 8
      }
      if carry > 0 { magnitude.append(UInt8(carry)) }
    }
    magnitude.append(0)
    return integer(text.hasPrefix("-") ? negated(magnitude) : magnitude)
  }

  /// The integer that two's complement, the lowest byte first, stands for.
  static func integer(_ bytes: [UInt8]) -> PickleValue {
    var bytes = bytes
    // The shortest form: a last byte that only repeats the sign is dropped.
    while let last = bytes.last, last == 0 || last == 0xFF,
      (bytes.dropLast().last ?? 0) & 0x80 == last & 0x80
    {
      bytes.removeLast()
    }
    guard bytes.count <= 8 else { return .longInteger(bytes) }
    let isNegative = bytes.last.map { $0 & 0x80 != 0 } ?? false
    var value: UInt64 = isNegative ? .max : 0
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    return .integer(Int(Int64(bitPattern: value)))
  }

  /// `0x...` or `-0x...`.
  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let isNegative = bytes.last.map { $0 & 0x80 != 0 } ?? false
    let magnitude = isNegative ? negated(bytes) : bytes
    let pairs = magnitude.reversed().map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    let digits = String(pairs.joined().drop { $0 == "0" })
    return (isNegative ? "-0x" : "0x") + (digits.isEmpty ? "0" : digits)
  }

  /// The bytes of which `text` is the hexadecimal form, or nil.
  static func bytes(hexadecimal text: String) -> [UInt8]? {
    let isNegative = text.hasPrefix("-")
    let rest = isNegative ? text.dropFirst() : text[...]
    guard rest.hasPrefix("0x"), rest.count > 2 else { return nil }
    let digits = rest.dropFirst(2).compactMap(\.hexDigitValue)
    guard digits.count == rest.count - 2 else { return nil }
    var bytes: [UInt8] = []
    for (place, digit) in digits.reversed().enumerated() {
      if place % 2 == 0 {
        bytes.append(UInt8(digit))
      } else {
        bytes[place / 2] |= UInt8(digit << 4)
      }
    }
    bytes.append(0)
    return isNegative ? negated(bytes) : bytes
  }

  /// The value of a `FLOAT` line, as Python's `repr` writes it.
  static func float(_ line: String) throws -> PickleValue {
    let isPlain = line.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
    guard isPlain || ["nan", "inf", "-inf"].contains(line), let value = Double(line) else {
      throw Failure(expected: "a number", found: "'\(line.prefix(40))'")
    }
    return .real(value)
  }

  private static func negated(_ bytes: [UInt8]) -> [UInt8] {
    var carry = true
    return bytes.map { byte in
      let (sum, overflow) = (~byte).addingReportingOverflow(carry ? 1 : 0)
      carry = overflow
      return sum
    }
  }
}
