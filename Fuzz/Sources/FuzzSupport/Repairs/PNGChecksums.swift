/// The CRC-32 of PNG's chunks (PNG specification, section 5.3); of other files nothing is changed.
public enum PNGChecksums: Checked {
  /// The chunks, each from its type to the end of its data.
  public static func parts(of bytes: UnsafeMutableRawBufferPointer) -> [Range<Int>] {
    guard unsafe bytes.has("PNG", at: 1) else { return [] }
    var chunks: [Range<Int>] = []
    var position = 8
    while let length = unsafe bytes.number(UInt32.self, at: position).map({ UInt32($0).byteSwapped }
    ),
      Int(length) <= bytes.count - position - 12
    {
      chunks.append(position + 4..<position + 8 + Int(length))
      position += 12 + Int(length)
    }
    return chunks
  }

  /// Sets the sum of each chunk.
  public static func repair(_ bytes: UnsafeMutableRawBufferPointer) {
    for chunk in unsafe parts(of: bytes) {
      guard let covered = unsafe bytes.part(chunk) else { continue }
      unsafe bytes.set(crc32(covered).byteSwapped, at: chunk.upperBound)
    }
  }
}
