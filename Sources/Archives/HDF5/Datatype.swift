import Tensors

/// The datatype messages of native files, byte for byte.
///
/// HDF5 file format specification 3.0, section IV.A.2.d.
enum Datatype {
  /// The message of an element type; bool is stored as uint8.
  static func message(of type: ElementType) -> [UInt8] {
    switch type {
    case .bool, .uint8: fixedPoint(bytes: 1, signed: false)
    case .int8: fixedPoint(bytes: 1, signed: true)
    case .uint16: fixedPoint(bytes: 2, signed: false)
    case .int16: fixedPoint(bytes: 2, signed: true)
    case .uint32: fixedPoint(bytes: 4, signed: false)
    case .int32: fixedPoint(bytes: 4, signed: true)
    case .uint64: fixedPoint(bytes: 8, signed: false)
    case .int64: fixedPoint(bytes: 8, signed: true)
    case .float16: floatingPoint(exponent: 5, mantissa: 10)
    case .bfloat16: floatingPoint(exponent: 8, mantissa: 7)
    case .float32: floatingPoint(exponent: 8, mantissa: 23)
    case .float64: floatingPoint(exponent: 11, mantissa: 52)
    }
  }

  /// The message of an ASCII text of `count` bytes, padded with NUL.
  static func text(_ count: UInt32) -> [UInt8] { [0x13, 1, 0, 0] + count.littleEndianBytes }

  /// The type that a message is of, or nil where it is none of ours; uint8 stands for bool too.
  static func elementType(of message: CheckedBytes) -> ElementType? {
    known.first { message.elementsEqual($0.message) }?.type
  }

  /// The types that are stored as themselves, the usual one first.
  private static let known = ([.float32] + ElementType.allCases).filter { $0 != .bool }.map {
    (type: $0, message: message(of: $0))
  }

  private static func fixedPoint(bytes: UInt32, signed: Bool) -> [UInt8] {
    [0x10, signed ? 8 : 0, 0, 0] + bytes.littleEndianBytes + [0, 0, UInt8(8 * bytes), 0]
  }

  /// An IEEE number: sign, exponent, mantissa from the highest bit down; the leading 1 is implied.
  private static func floatingPoint(exponent: UInt8, mantissa: UInt8) -> [UInt8] {
    let bits = 1 + exponent + mantissa
    let bias = UInt32(1) << UInt32(exponent - 1) - 1
    return [0x11, 0x20, bits - 1, 0] + UInt32(bits / 8).littleEndianBytes + [0, 0, bits, 0]
      + [mantissa, exponent, 0, mantissa] + bias.littleEndianBytes
  }
}
