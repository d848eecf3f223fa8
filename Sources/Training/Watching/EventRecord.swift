import Tensors

/// A TensorBoard event as bytes: a TFRecord around a protobuf message (TensorFlow, `event.proto` and
/// `summary.proto`).
struct EventRecord {
  /// Seconds since 1970.
  var wallTime: Double
  /// The step it belongs to.
  var step = 0
  /// What it says.
  var content: Content

  /// What an event says.
  enum Content {
    /// `file_version`, the first event of a file.
    case version(String)
    /// `session_log` with status START: events of this step and later ones, of earlier files, are void.
    case start
    /// `summary`: values by tag, in float32 as TensorBoard keeps them.
    case scalars([(tag: String, value: Float)])
  }

  /// The record: length, masked CRC-32C of the length, message, masked CRC-32C of the message; all
  /// little-endian.
  func bytes() -> [UInt8] {
    let message = message()
    let length = littleEndian(UInt64(message.count))
    return length + littleEndian(CRC32C.masked(length)) + message
      + littleEndian(CRC32C.masked(message))
  }

  private func message() -> [UInt8] {
    var message = tag(1, .eightBytes) + littleEndian(wallTime.bitPattern)
    // proto3 leaves out what is zero.
    if step != 0 { message += tag(2, .varint) + varint(UInt64(truncatingIfNeeded: step)) }
    switch content {
    case .version(let text): message += part(3, Array(text.utf8))
    case .start: message += part(7, tag(1, .varint) + varint(1))
    case .scalars(let values):
      message += part(
        5, values.flatMap { part(1, part(1, Array($0.tag.utf8)) + simpleValue($0.value)) })
    }
    return message
  }

  /// `Summary.Value.simple_value`, which belongs to a `oneof` and is there even where it is 0.
  private func simpleValue(_ value: Float) -> [UInt8] {
    tag(2, .fourBytes) + littleEndian(value.bitPattern)
  }

  private enum WireType: UInt64 { case varint, eightBytes, part, fourBytes = 5 }

  private func tag(_ field: UInt64, _ type: WireType) -> [UInt8] {
    varint(field << 3 | type.rawValue)
  }

  /// A text or a message within a message.
  private func part(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    tag(field, .part) + varint(UInt64(bytes.count)) + bytes
  }

  private func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    value.littleEndianBytes
  }
}
