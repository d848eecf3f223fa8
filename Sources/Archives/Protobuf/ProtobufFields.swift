import Tensors

/// The fields of a protobuf message, read one after another from a part of a file, each checked
/// against the part's end.
///
/// The wire format as protobuf's encoding guide has it, but for groups, which are obsolete and are
/// refused. A message inside another one is a range of bytes; nothing is read in it until somebody
/// makes fields of that range, so that depth costs nothing.
struct ProtobufFields {
  /// Byte offset of the next field in the file.
  private(set) var position: Int
  private let bytes: CheckedBytes
  private let end: Int
  private let place: String

  /// The most fields that a message may have: numbers up to 2^29 - 1.
  private static let numberLimit: UInt64 = 1 << 29

  /// The fields of `bytes[range]`, which must lie inside; `place` names the message in failures.
  init(_ bytes: CheckedBytes, _ range: Range<Int>, place: String) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "part outside file")
    self.bytes = bytes
    self.place = place
    position = range.lowerBound
    end = range.upperBound
  }

  /// Whether every byte was read.
  var isAtEnd: Bool { position == end }

  /// The next field, or nil at the end.
  ///
  /// - Throws: `Failure` (`badInput`) where the bytes are no field, or it would reach beyond the end.
  mutating func next() throws -> ProtobufField? {
    guard position < end else { return nil }
    let offset = position
    let tag = try varint()
    let number = tag >> 3
    guard number >= 1, number < Self.numberLimit else {
      throw failure(at: offset, expected: "a field's number from 1 to 2^29 - 1", found: "\(number)")
    }
    let value: ProtobufField.Value
    switch tag & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .eightBytes(try number64())
    case 2: value = .part(try part())
    case 5: value = .fourBytes(try number32())
    default:
      throw failure(at: offset, expected: "wire type 0, 1, 2 or 5", found: "\(tag & 7)")
    }
    return ProtobufField(number: Int(number), value: value, offset: offset, place: place)
  }

  /// The next number of variable length: seven bits a byte, the lowest first.
  ///
  /// - Throws: `Failure` (`badInput`) where it has more than 64 bits or does not end.
  mutating func varint() throws -> UInt64 {
    let offset = position
    var result: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      try need(1, "a number")
      let byte = bytes[position]
      position += 1
      // The tenth byte holds the 64th bit and no other.
      guard shift < 63 || byte <= 1 else { break }
      result |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return result }
    }
    throw failure(at: offset, expected: "a number of at most 64 bits", found: "a longer one")
  }

  private mutating func part() throws -> Range<Int> {
    let offset = position
    let length = try varint()
    guard length <= UInt64(end - position) else {
      throw failure(
        at: offset, expected: "at most \(end - position) bytes", found: "a length of \(length)")
    }
    let start = position
    position += Int(length)
    return start..<position
  }

  private mutating func number64() throws -> UInt64 {
    try need(8, "eight bytes")
    defer { position += 8 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  private mutating func number32() throws -> UInt32 {
    try need(4, "four bytes")
    defer { position += 4 }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  private func need(_ count: Int, _ what: String) throws {
    guard count <= end - position else {
      throw failure(at: position, expected: what, found: "the end of the message")
    }
  }

  private func failure(at offset: Int, expected: String, found: String) -> Failure {
    Failure(place: "\(place), byte \(offset)", expected: expected, found: found)
  }
}
