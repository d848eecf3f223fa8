import Tensors

/// Little-endian fields read one after another from a part of a zip file, each checked against the
/// part's end.
struct ZipFields {
  /// Byte offset of the next field in the file.
  private(set) var position: Int
  private let bytes: CheckedBytes
  private let end: Int
  private let place: String

  /// The fields of `bytes[range]`; `place` names the part in messages.
  ///
  /// `range` is clamped to the file, so that a part that would lie beyond it ends there.
  init(_ bytes: CheckedBytes, _ range: Range<Int>, place: String) {
    self.bytes = bytes
    position = min(max(range.lowerBound, 0), bytes.count)
    end = min(max(range.upperBound, position), bytes.count)
    self.place = place
  }

  /// The bytes not yet read.
  var remaining: Int { end - position }

  /// The next two bytes.
  mutating func short() throws -> UInt16 { try number() }

  /// The next four bytes.
  mutating func word() throws -> UInt32 { try number() }

  /// The next eight bytes.
  mutating func long() throws -> UInt64 { try number() }

  /// The next eight bytes, as a count or an offset.
  mutating func size(_ field: String) throws -> Int {
    let value = try long()
    guard let size = Int(exactly: value) else {
      throw Failure(place: place, expected: "\(field) below 2^63", found: "\(value)")
    }
    return size
  }

  /// The next `count` bytes.
  mutating func bytes(_ count: Int) throws -> [UInt8] {
    try need(count)
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// Passes over `count` bytes.
  mutating func skip(_ count: Int) throws {
    try need(count)
    position += count
  }

  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>() throws -> Number {
    let width = MemoryLayout<Number>.size
    try need(width)
    defer { position += width }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }

  private func need(_ count: Int) throws {
    guard count >= 0, count <= remaining else {
      throw Failure(
        place: place, expected: "\(count) more bytes at byte \(position)", found: "\(remaining)")
    }
  }
}

/// The four bytes that each record of a zip file begins with.
enum ZipSignature {
  static let local: UInt32 = 0x0403_4B50
  static let central: UInt32 = 0x0201_4B50
  static let end: UInt32 = 0x0605_4B50
  static let end64: UInt32 = 0x0606_4B50
  static let locator64: UInt32 = 0x0706_4B50
  static let descriptor: UInt32 = 0x0807_4B50
}
