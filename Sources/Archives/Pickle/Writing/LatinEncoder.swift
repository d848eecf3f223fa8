import Tensors

/// Encodes bytes as UTF-8 of the scalars of their values: what protocol 2 keeps instead of bytes.
enum LatinEncoder {
  private static let slab = 1 << 15

  /// The number of bytes of the text.
  static func size(of bytes: UnsafeRawBufferPointer) -> Int {
    var high = 0
    for index in bytes.indices { unsafe high &+= Int(bytes[index] >> 7) }
    return bytes.count + high
  }

  /// Hands the text to `output`, part after part.
  static func encode(
    _ bytes: UnsafeRawBufferPointer, to output: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard let from = bytes.baseAddress else { return }
    // Two bytes are stored for each, of which ASCII keeps one.
    try unsafe withUnsafeTemporaryAllocation(byteCount: 2 * slab + 2, alignment: 8) { memory in
      guard let into = memory.baseAddress else { return }
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + slab)
        var count = 0
        for index in start..<end {
          let byte = unsafe from.load(fromByteOffset: index, as: UInt8.self)
          let isHigh = byte >> 7
          // 0xC2 or 0xC3, then 10xxxxxx; or the byte itself.
          let first = isHigh == 0 ? byte : 0xC0 | byte >> 6
          unsafe into.storeBytes(of: first, toByteOffset: count, as: UInt8.self)
          unsafe into.storeBytes(of: byte & 0xBF, toByteOffset: count &+ 1, as: UInt8.self)
          count &+= 1 &+ Int(isHigh)
        }
        try unsafe output(UnsafeRawBufferPointer(rebasing: memory[..<count]))
        start = end
      }
    }
  }
}
