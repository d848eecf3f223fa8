import CZlib
import Tensors

/// A running CRC-32, as zip files use it (polynomial 0xEDB88320), by zlib.
struct Checksum {
  /// The CRC-32 of the bytes taken in.
  private(set) var value: UInt32 = 0

  /// Takes `bytes` in.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard unsafe !bytes.isEmpty else { return }
    value = unsafe UInt32(
      truncatingIfNeeded: crc32_z(
        UInt(value), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }

  /// Checks `value` against what the zip file says of `member`.
  ///
  /// - Throws: `Failure` where they differ.
  func check(_ member: ZipMember) throws {
    guard value == member.checksum else {
      throw Failure(
        place: "member '\(member.name)'",
        expected: "bytes with CRC-32 \(hexadecimal(member.checksum))",
        found: "CRC-32 \(hexadecimal(value)): the file is damaged")
    }
  }

  private func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
