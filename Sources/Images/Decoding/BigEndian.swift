import Tensors

extension CheckedBytes {
  /// The two bytes at `offset`, the higher one first, or nil where they lie outside.
  func bigEndian16(at offset: Int) -> Int? {
    guard offset >= 0, offset <= count - 2 else { return nil }
    return Int(self[offset]) << 8 | Int(self[offset + 1])
  }

  /// The four bytes at `offset`, the highest one first, or nil where they lie outside.
  func bigEndian32(at offset: Int) -> Int? {
    guard let high = bigEndian16(at: offset), let low = bigEndian16(at: offset + 2) else {
      return nil
    }
    return high << 16 | low
  }
}
