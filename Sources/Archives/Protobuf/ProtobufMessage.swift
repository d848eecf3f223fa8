import Tensors

/// A protobuf message being composed, whose length is known before a byte of it is written.
///
/// Fields are written in the order in which they were added, so that the same calls give the same
/// bytes. A tensor's elements are no part of the message in memory: they are read when it is written.
struct ProtobufMessage {
  private enum Piece {
    case bytes([UInt8])
    case elements(Tensor)
  }

  private var pieces: [Piece] = []
  /// The message's length; `Int.max` where it is more.
  private(set) var byteCount = 0

  /// Adds an integer or an enumeration; negative numbers take ten bytes.
  mutating func add(_ number: Int, _ value: Int) {
    append(Self.tag(number, 0) + Self.varint(UInt64(bitPattern: Int64(value))))
  }

  /// Adds a float32 as four bytes.
  mutating func add(_ number: Int, _ value: Float) {
    append(Self.tag(number, 5) + value.bitPattern.littleEndianBytes)
  }

  /// Adds a text.
  mutating func add(_ number: Int, _ text: String) {
    let text = Array(text.utf8)
    append(Self.tag(number, 2) + Self.varint(UInt64(text.count)) + text)
  }

  /// Adds a message.
  mutating func add(_ number: Int, _ message: ProtobufMessage) {
    append(Self.tag(number, 2) + Self.varint(UInt64(message.byteCount)))
    for piece in message.pieces {
      switch piece {
      case .bytes(let bytes): append(bytes)
      case .elements(let tensor): append(tensor)
      }
    }
  }

  /// Adds a tensor's elements as bytes: row-major, little-endian.
  mutating func add(_ number: Int, elementsOf tensor: Tensor) {
    append(Self.tag(number, 2) + Self.varint(UInt64(tensor.byteCount)))
    append(tensor)
  }

  /// Writes the message, without a length before it.
  ///
  /// - Throws: `Failure` where a tensor cannot be read or the system refuses.
  func write(to file: OutputFile) throws {
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): try file.write(bytes)
      case .elements(let tensor): try unsafe tensor.forEachSlab { try unsafe file.write($0) }
      }
    }
  }

  private mutating func append(_ bytes: [UInt8]) {
    count(bytes.count)
    // Neighbours are joined: most of a message's fields are a few bytes.
    guard case .bytes(var last)? = pieces.last else { return pieces.append(.bytes(bytes)) }
    pieces.removeLast()
    last += bytes
    pieces.append(.bytes(last))
  }

  private mutating func append(_ tensor: Tensor) {
    count(tensor.byteCount)
    pieces.append(.elements(tensor))
  }

  private mutating func count(_ bytes: Int) {
    let (sum, overflow) = byteCount.addingReportingOverflow(bytes)
    byteCount = overflow ? .max : sum
  }

  private static func tag(_ number: Int, _ wireType: Int) -> [UInt8] {
    varint(UInt64(number << 3 | wireType))
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var result: [UInt8] = []
    while rest >= 0x80 {
      result.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return result + [UInt8(rest)]
  }
}
