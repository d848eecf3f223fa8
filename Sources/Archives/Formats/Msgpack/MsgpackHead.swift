import Tensors

/// MessagePack's short values and the heads of long ones, each in its shortest form.
struct MsgpackHead {
  /// The bytes so far.
  private(set) var bytes: [UInt8] = []

  /// Puts a field of its own width, big-endian.
  mutating func put(_ value: some FixedWidthInteger) {
    bytes += value.byteSwapped.littleEndianBytes
  }

  /// Puts a whole number.
  mutating func put(integer value: Int) {
    switch value {
    case 0...0x7F: put(UInt8(value))
    case -32..<0: put(Int8(value))
    case 0...0xFF: put([0xCC], UInt8(value))
    case 0...0xFFFF: put([0xCD], UInt16(value))
    case 0...0xFFFF_FFFF: put([0xCE], UInt32(value))
    case 0...: put([0xCF], UInt64(value))
    case -0x80..<0: put([0xD0], Int8(value))
    case -0x8000..<0: put([0xD1], Int16(value))
    case -0x8000_0000..<0: put([0xD2], Int32(value))
    default: put([0xD3], Int64(value))
    }
  }

  /// Puts a floating-point number.
  mutating func put(real value: Double) { put([0xCB], value.bitPattern) }

  /// Puts a text of less than 2^32 bytes.
  mutating func put(text: String) {
    let utf8 = Array(text.utf8)
    switch utf8.count {
    case 0...31: put(UInt8(0xA0 | utf8.count))
    case 0...0xFF: put([0xD9], UInt8(utf8.count))
    case 0...0xFFFF: put([0xDA], UInt16(utf8.count))
    default: put([0xDB], UInt32(truncatingIfNeeded: utf8.count))
    }
    bytes += utf8
  }

  /// Puts the head of `count` bytes, less than 2^32.
  mutating func put(bytes count: Int) {
    switch count {
    case 0...0xFF: put([0xC4], UInt8(count))
    case 0...0xFFFF: put([0xC5], UInt16(count))
    default: put([0xC6], UInt32(truncatingIfNeeded: count))
    }
  }

  /// Puts the head of an array of less than 2^32 values.
  mutating func put(array count: Int) {
    switch count {
    case 0...15: put(UInt8(0x90 | count))
    case 0...0xFFFF: put([0xDC], UInt16(count))
    default: put([0xDD], UInt32(truncatingIfNeeded: count))
    }
  }

  /// Puts the head of a map of less than 2^32 entries.
  mutating func put(map count: Int) {
    switch count {
    case 0...15: put(UInt8(0x80 | count))
    case 0...0xFFFF: put([0xDE], UInt16(count))
    default: put([0xDF], UInt32(truncatingIfNeeded: count))
    }
  }

  /// Puts the head of an extension of `count` bytes, less than 2^32.
  mutating func put(extension type: Int8, count: Int) {
    switch count {
    case 1, 2, 4, 8, 16: put(UInt8(0xD4 + count.trailingZeroBitCount))
    case 0...0xFF: put([0xC7], UInt8(count))
    case 0...0xFFFF: put([0xC8], UInt16(count))
    default: put([0xC9], UInt32(truncatingIfNeeded: count))
    }
    put(type)
  }

  private mutating func put(_ code: [UInt8], _ value: some FixedWidthInteger) {
    bytes += code
    put(value)
  }
}
