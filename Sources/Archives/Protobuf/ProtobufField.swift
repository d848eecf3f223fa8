import Tensors

/// One field of a protobuf message: its number, its value as the wire has it, and where it begins.
struct ProtobufField {
  /// The field's number in the message's definition.
  let number: Int
  /// The value, not yet interpreted.
  let value: Value
  /// Byte offset of the field in the file.
  let offset: Int
  /// The message, for messages.
  let place: String

  /// A value as the wire has it.
  enum Value {
    /// Wire type 0.
    case varint(UInt64)
    /// Wire type 1.
    case eightBytes(UInt64)
    /// Wire type 2: where the bytes lie in the file.
    case part(Range<Int>)
    /// Wire type 5.
    case fourBytes(UInt32)
  }

  /// The value of an integer or an enumeration.
  ///
  /// - Throws: `Failure` (`badInput`) where the field is of another kind.
  var integer: Int64 {
    get throws {
      guard case .varint(let bits) = value else { throw wrongKind("a number") }
      return Int64(bitPattern: bits)
    }
  }

  /// Where a text, bytes, a message or packed numbers lie.
  ///
  /// - Throws: `Failure` (`badInput`) where the field is of another kind.
  var part: Range<Int> {
    get throws {
      guard case .part(let range) = value else { throw wrongKind("bytes with a length") }
      return range
    }
  }

  private func wrongKind(_ expected: String) -> Failure {
    let found =
      switch value {
      case .varint: "a number"
      case .eightBytes: "eight bytes"
      case .part: "bytes with a length"
      case .fourBytes: "four bytes"
      }
    return Failure(place: "\(place), byte \(offset)", expected: expected, found: found)
  }
}
