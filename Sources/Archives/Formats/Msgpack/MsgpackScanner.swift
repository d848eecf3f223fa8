import Tensors

/// The values of a MessagePack file, one after another; containers say only how many follow.
///
/// Every length is checked against the bytes that are there before it is believed.
struct MsgpackScanner {
  /// A value, or the head of a container; bytes are given by their place in the file.
  enum Item {
    case none
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case text(Range<Int>)
    case bytes(Range<Int>)
    case array(Int)
    case map(Int)
    case other(type: Int8, Range<Int>)
  }

  /// The offset of the next byte.
  private(set) var position: Int
  private let bytes: CheckedBytes
  private let end: Int

  /// A scanner of `bytes[range]`, or of all of `bytes`.
  init(_ bytes: CheckedBytes, _ range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  /// The bytes not yet read.
  var remaining: Int { end - position }

  /// The next value.
  ///
  /// - Throws: `Failure` that names the byte.
  mutating func next() throws -> Item {
    let start = position
    let head = try number(UInt8.self)
    switch head {
    case 0x00...0x7F: return .integer(Int(head))
    case 0xE0...0xFF: return .integer(Int(Int8(bitPattern: head)))
    case 0x80...0x8F: return .map(try count(Int(head & 15), width: 2))
    case 0x90...0x9F: return .array(try count(Int(head & 15), width: 1))
    case 0xA0...0xBF: return .text(try take(Int(head & 31)))
    case 0xC0: return .none
    case 0xC2, 0xC3: return .bool(head == 0xC3)
    case 0xC4: return .bytes(try take(Int(try number(UInt8.self))))
    case 0xC5: return .bytes(try take(Int(try number(UInt16.self))))
    case 0xC6: return .bytes(try take(Int(try number(UInt32.self))))
    case 0xC7: return try other(Int(try number(UInt8.self)))
    case 0xC8: return try other(Int(try number(UInt16.self)))
    case 0xC9: return try other(Int(try number(UInt32.self)))
    case 0xCA: return .real(Double(Float(bitPattern: try number(UInt32.self))))
    case 0xCB: return .real(Double(bitPattern: try number(UInt64.self)))
    case 0xCC: return .integer(Int(try number(UInt8.self)))
    case 0xCD: return .integer(Int(try number(UInt16.self)))
    case 0xCE: return .integer(Int(try number(UInt32.self)))
    case 0xCF:
      let value = try number(UInt64.self)
      guard let integer = Int(exactly: value) else {
        throw failure(start, expected: "a whole number below 2^63", found: "\(value)")
      }
      return .integer(integer)
    case 0xD0: return .integer(Int(Int8(bitPattern: try number(UInt8.self))))
    case 0xD1: return .integer(Int(Int16(bitPattern: try number(UInt16.self))))
    case 0xD2: return .integer(Int(Int32(bitPattern: try number(UInt32.self))))
    case 0xD3: return .integer(Int(Int64(bitPattern: try number(UInt64.self))))
    case 0xD4...0xD8: return try other(1 << Int(head - 0xD4))
    case 0xD9: return .text(try take(Int(try number(UInt8.self))))
    case 0xDA: return .text(try take(Int(try number(UInt16.self))))
    case 0xDB: return .text(try take(Int(try number(UInt32.self))))
    case 0xDC: return .array(try count(Int(try number(UInt16.self)), width: 1))
    case 0xDD: return .array(try count(Int(try number(UInt32.self)), width: 1))
    case 0xDE: return .map(try count(Int(try number(UInt16.self)), width: 2))
    case 0xDF: return .map(try count(Int(try number(UInt32.self)), width: 2))
    default: throw failure(start, expected: "a value", found: "byte 0xc1, which begins none")
    }
  }

  /// The text in `range`.
  func text(_ range: Range<Int>) throws -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw failure(range.lowerBound, expected: "text in UTF-8", found: "other bytes")
    }
    return text
  }

  /// The bytes in `range`.
  func content(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }

  /// A failure at byte `offset`.
  func failure(_ offset: Int, expected: String, found: String) -> Failure {
    Failure(place: "byte \(offset)", expected: expected, found: found)
  }

  /// A count of values that take at least `width` bytes each.
  private func count(_ count: Int, width: Int) throws -> Int {
    guard count <= remaining / width else {
      throw failure(
        position, expected: "\(count) values of at least \(width) bytes",
        found: "\(remaining) bytes")
    }
    return count
  }

  private mutating func other(_ count: Int) throws -> Item {
    let type = Int8(bitPattern: try number(UInt8.self))
    return .other(type: type, try take(count))
  }

  private mutating func take(_ count: Int) throws -> Range<Int> {
    guard count <= remaining else {
      throw failure(position, expected: "\(count) more bytes", found: "\(remaining)")
    }
    defer { position += count }
    return position..<position + count
  }

  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _: Number.Type
  ) throws -> Number {
    let range = try take(MemoryLayout<Number>.size)
    return Number(
      bigEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self))
  }
}
