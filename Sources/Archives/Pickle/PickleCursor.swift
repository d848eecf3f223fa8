import Tensors

/// Takes the arguments of opcodes from the bytes of a file; a length is checked before it is used.
struct PickleCursor {
  private let bytes: CheckedBytes
  /// Where the next byte is.
  private(set) var position: Int

  /// A cursor at `position`.
  init(_ bytes: CheckedBytes, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  /// The bytes that are left.
  var remaining: Int { bytes.count - position }

  /// Takes `count` bytes and says where they were.
  mutating func take(_ count: Int) throws -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw Failure(expected: "\(count) bytes", found: "\(remaining) before the end of the file")
    }
    defer { position += count }
    return position..<position + count
  }

  /// A little-endian number of `Number`'s width.
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) throws -> Number
  {
    let range = try take(MemoryLayout<Number>.size)
    return Number(
      littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: Number.self))
  }

  /// A number of `Number`'s width as a length.
  mutating func length<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) throws -> Int {
    let value = try number(Number.self)
    guard let length = Int(exactly: value), length >= 0 else {
      throw Failure(expected: "a length", found: "\(value)")
    }
    return length
  }

  /// The line up to the next line feed, which is taken too.
  mutating func line() throws -> Range<Int> {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw Failure(expected: "a line", found: "the end of the file")
    }
    defer { position = end + 1 }
    return position..<end
  }

  /// A line of at most 4300 characters of ASCII: a number or a name.
  mutating func shortLine() throws -> String {
    let line = bytes[try line()]
    guard line.count <= 4300, let text = String(validating: line, as: UTF8.self) else {
      throw Failure(expected: "a line of at most 4300 bytes of text", found: "another")
    }
    return text
  }

  /// The bytes of a range that was taken.
  subscript(range: Range<Int>) -> CheckedBytes {
    CheckedBytes(rebasing: bytes[range])
  }
}
