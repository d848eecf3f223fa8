import Tensors

@testable import Archives

/// Object headers of version 2 and the superblock (HDF5 file format specification 3.0, sections II.A
/// and IV.A.1.b), found by their signatures: a mutant need not have them where links say.
public enum HDF5Checksums: Checked {
  /// The superblock and every block of an object header, checksums included.
  public static func parts(of bytes: UnsafeMutableRawBufferPointer) -> [Range<Int>] {
    guard bytes.count >= Superblock.byteCount else { return [] }
    var blocks = [0..<Superblock.byteCount]
    let first = UInt8(ascii: "O")
    for start in 0..<bytes.count - 8
    where unsafe bytes[start] == first && bytes.has("OHDR", at: start) {
      guard let (block, messages) = unsafe firstBlock(of: bytes, at: start) else { continue }
      blocks.append(block)
      unsafe add(continuationsIn: messages, of: bytes, to: &blocks)
    }
    return blocks
  }

  /// Sets the end-of-file address and every block's checksum.
  public static func repair(_ bytes: UnsafeMutableRawBufferPointer) {
    unsafe bytes.set(UInt64(bytes.count), at: 28)
    unsafe repairSums(bytes)
  }

  /// Sets every block's checksum, and nothing else.
  public static func repairSums(_ bytes: UnsafeMutableRawBufferPointer) {
    for block in unsafe parts(of: bytes) {
      guard let covered = unsafe bytes.part(block.lowerBound..<block.upperBound - 4) else {
        continue
      }
      unsafe bytes.set(lookup3(CheckedBytes(covered)), at: block.upperBound - 4)
    }
  }

  private static let blockLimit = 4096

  /// The block at an OHDR signature, and where its messages lie.
  private static func firstBlock(
    of bytes: UnsafeMutableRawBufferPointer, at start: Int
  ) -> (Range<Int>, Range<Int>)? {
    guard let flags = unsafe bytes.number(UInt8.self, at: start + 5) else { return nil }
    // Bit 5: four times are stored; bit 4: two limits of attributes.
    let offset = start + 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
    let size =
      switch flags & 3 {
      case 0: unsafe bytes.number(UInt8.self, at: offset)
      case 1: unsafe bytes.number(UInt16.self, at: offset)
      case 2: unsafe bytes.number(UInt32.self, at: offset)
      default: unsafe bytes.number(UInt64.self, at: offset)
      }
    let first = offset + (1 << (flags & 3))
    guard let size, size <= bytes.count - first - 4 else { return nil }
    return (start..<first + size + 4, first..<first + size)
  }

  private static func add(
    continuationsIn messages: Range<Int>, of bytes: UnsafeMutableRawBufferPointer,
    to blocks: inout [Range<Int>]
  ) {
    var position = messages.lowerBound
    while position + 4 <= messages.upperBound, blocks.count < blockLimit,
      let type = unsafe bytes.number(UInt8.self, at: position),
      let size = unsafe bytes.number(UInt16.self, at: position + 1)
    {
      let body = position + 4
      position = body + size
      guard type == 16, let start = unsafe bytes.number(UInt64.self, at: body),
        let length = unsafe bytes.number(UInt64.self, at: body + 8), length >= 8,
        length <= bytes.count, start <= bytes.count - length,
        !blocks.contains(start..<start + length)
      else { continue }
      blocks.append(start..<start + length)
      unsafe add(continuationsIn: start + 4..<start + length - 4, of: bytes, to: &blocks)
    }
  }
}
