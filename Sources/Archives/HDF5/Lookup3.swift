import Tensors

/// The 32-bit hash that HDF5 puts behind every block of metadata: Bob Jenkins' lookup3
/// (`hashlittle`, initial value 0), as the HDF5 file format specification 3.0 names it.
func lookup3(_ bytes: CheckedBytes) -> UInt32 {
  var a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
  var b = a
  var c = a
  guard bytes.count > 0 else { return c }

  /// Four bytes as a little-endian number; bytes past the end count as 0.
  func word(_ start: Int) -> UInt32 {
    if start + 4 <= bytes.count {
      return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
    }
    var value: UInt32 = 0
    guard start < bytes.count else { return value }
    for index in start..<bytes.count {
      value |= UInt32(bytes[index]) << UInt32(8 * (index - start))
    }
    return value
  }
  func rotated(_ value: UInt32, _ bits: UInt32) -> UInt32 { value << bits | value >> (32 - bits) }

  var start = 0
  while bytes.count - start > 12 {
    a &+= word(start)
    b &+= word(start + 4)
    c &+= word(start + 8)
    a = (a &- c) ^ rotated(c, 4)
    c &+= b
    b = (b &- a) ^ rotated(a, 6)
    a &+= c
    c = (c &- b) ^ rotated(b, 8)
    b &+= a
    a = (a &- c) ^ rotated(c, 16)
    c &+= b
    b = (b &- a) ^ rotated(a, 19)
    a &+= c
    c = (c &- b) ^ rotated(b, 4)
    b &+= a
    start += 12
  }
  a &+= word(start)
  b &+= word(start + 4)
  c &+= word(start + 8)
  c = (c ^ b) &- rotated(b, 14)
  a = (a ^ c) &- rotated(c, 11)
  b = (b ^ a) &- rotated(a, 25)
  c = (c ^ b) &- rotated(b, 16)
  a = (a ^ c) &- rotated(c, 4)
  b = (b ^ a) &- rotated(a, 14)
  return (c ^ b) &- rotated(b, 24)
}
