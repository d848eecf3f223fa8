/// The CRC-32 of members that are stored as they are (APPNOTE 6.3.10, sections 4.3.7 to 4.3.12).
public enum ZipChecksums: Checked {
  /// A line of the central directory, and the member it leads to.
  private struct Entry {
    var line: Int
    var local: Int
    var content: Range<Int>
    var isStored: Bool
  }

  /// What the stored members hold, the directory, and every local header.
  public static func parts(of bytes: UnsafeMutableRawBufferPointer) -> [Range<Int>] {
    let entries = unsafe entries(of: bytes)
    guard let first = entries.first else { return [] }
    return entries.map(\.content) + entries.map { $0.local..<$0.content.lowerBound }
      + [min(first.line, bytes.count)..<bytes.count]
  }

  /// Sets the sums in the directory, in the local headers, and behind members where they have them.
  public static func repair(_ bytes: UnsafeMutableRawBufferPointer) {
    for entry in unsafe entries(of: bytes) where entry.isStored {
      guard let content = unsafe bytes.part(entry.content) else { continue }
      let sum = unsafe crc32(content)
      unsafe bytes.set(sum, at: entry.line + 16)
      unsafe bytes.set(sum, at: entry.local + 14)
      if unsafe bytes.has("PK\u{7}\u{8}", at: entry.content.upperBound) {
        unsafe bytes.set(sum, at: entry.content.upperBound + 4)
      }
    }
  }

  private static func entries(of bytes: UnsafeMutableRawBufferPointer) -> [Entry] {
    let ends = stride(from: bytes.count - 22, through: max(0, bytes.count - 1 << 16), by: -1)
    guard let end = ends.first(where: { unsafe bytes.has("PK\u{5}\u{6}", at: $0) }),
      var line = unsafe bytes.number(UInt32.self, at: end + 16)
    else { return [] }
    var entries: [Entry] = []
    while entries.count < 1024, unsafe bytes.has("PK\u{1}\u{2}", at: line),
      let method = unsafe bytes.number(UInt16.self, at: line + 10),
      let size = unsafe bytes.number(UInt32.self, at: line + 20),
      let name = unsafe bytes.number(UInt16.self, at: line + 28),
      let extra = unsafe bytes.number(UInt16.self, at: line + 30),
      let comment = unsafe bytes.number(UInt16.self, at: line + 32),
      let local = unsafe bytes.number(UInt32.self, at: line + 42),
      let localName = unsafe bytes.number(UInt16.self, at: local + 26),
      let localExtra = unsafe bytes.number(UInt16.self, at: local + 28)
    {
      let start = local + 30 + localName + localExtra
      if size <= bytes.count, start <= bytes.count - size {
        entries.append(
          Entry(line: line, local: local, content: start..<start + size, isStored: method == 0))
      }
      line += 46 + name + extra + comment
    }
    return entries
  }
}
