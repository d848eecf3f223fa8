import Tensors

/// Little-endian fields put one after another into a record of a zip file.
struct ZipRecord {
  /// The record so far.
  private(set) var bytes: [UInt8] = []

  /// Puts a field of its own width.
  mutating func put(_ value: some FixedWidthInteger) {
    bytes += value.littleEndianBytes
  }

  /// Puts several 16-bit fields.
  mutating func put(shorts values: UInt16...) {
    for value in values { put(value) }
  }

  /// Puts bytes as they are.
  mutating func put(bytes more: [UInt8]) { bytes.append(contentsOf: more) }
}
