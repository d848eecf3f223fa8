import Tensors

/// A zip file being written, member by member; the same members give the same bytes.
///
/// Every date is 1980-01-01, the earliest there is. A stored member's data begins at a multiple of 64
/// bytes from the archive's start, so that it can be mapped and read by vector instructions; an extra
/// field that other readers pass over makes the room. Zip64 fields are there where they are needed
/// and not otherwise.
public final class ZipWriter {
  private let file: OutputFile
  private let start: Int
  /// The smallest number that 32-bit fields leave to zip64; tests lower it.
  private let largeSize: Int
  private let padding: ZipPadding
  /// What is written so far.
  private(set) var entries: [WrittenEntry] = []
  private var names: Set<String> = []

  /// A writer at the current position of `file`.
  public convenience init(_ file: OutputFile) {
    self.init(file, largeSize: Int(UInt32.max))
  }

  init(
    _ file: OutputFile, largeSize: Int = Int(UInt32.max), padding: ZipPadding = .zipalign
  ) {
    self.file = file
    self.padding = padding
    self.largeSize = largeSize
    start = file.position
  }

  /// Writes a member.
  ///
  /// - Parameters:
  ///   - size: the number of bytes that `content` will give.
  ///   - content: calls what it is given with the bytes, part after part.
  /// - Throws: `Failure` (`usage`) where a name cannot be written or is written already, where
  ///   `content` gives another number of bytes; (`inputOutput`); and whatever `content` throws.
  public func add(
    _ name: String, size: Int, method: ZipMember.Method = .stored,
    _ content: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    try claim(name)
    var entry = WrittenEntry(
      name: name, method: method, size: size, offset: file.position - start,
      // A deflate stream of bytes that do not compress is a little longer than they are.
      isLarge: size + size / 1000 + 1000 >= largeSize, padding: padding)
    try file.write(entry.localHeader())
    let dataStart = file.position
    var checksum = Checksum()
    var given = 0
    let deflater = method == .deflated ? try Deflater() : nil
    try unsafe content { part in
      unsafe checksum.update(part)
      given += part.count
      if let deflater {
        try unsafe deflater.write(part) { try unsafe file.write($0) }
      } else {
        try unsafe file.write(part)
      }
    }
    try unsafe deflater?.finish { try unsafe file.write($0) }
    guard given == size else {
      throw Failure(
        .usage, place: "member '\(name)'", "expected \(size) bytes to write, found \(given)")
    }
    entry.compressedSize = file.position - dataStart
    entry.checksum = checksum.value
    try file.overwrite(entry.localHeader(), at: start + entry.offset)
    entries.append(entry)
  }

  /// Writes the central directory; nothing can be added after it.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public func finish() throws {
    let offset = file.position - start
    for entry in entries { try file.write(entry.centralHeader(largeSize: largeSize)) }
    let end = file.position - start
    let size = end - offset
    var record = ZipRecord()
    if entries.count >= 0xFFFF || offset >= largeSize || size >= largeSize {
      record.put(ZipSignature.end64)
      record.put(UInt64(44))
      record.put(shorts: WrittenEntry.madeBy, 45, 0, 0, 0, 0)
      record.put(UInt64(entries.count))
      record.put(UInt64(entries.count))
      record.put(UInt64(size))
      record.put(UInt64(offset))
      record.put(ZipSignature.locator64)
      record.put(UInt32(0))
      record.put(UInt64(end))
      record.put(UInt32(1))
    }
    let count = UInt16(min(entries.count, 0xFFFF))
    record.put(ZipSignature.end)
    record.put(shorts: 0, 0, count, count)
    record.put(size >= largeSize ? .max : UInt32(size))
    record.put(offset >= largeSize ? .max : UInt32(offset))
    record.put(UInt16(0))
    try file.write(record.bytes)
  }

  private func claim(_ name: String) throws {
    let bytes = Array(name.utf8)
    guard !bytes.isEmpty, bytes.count <= 0xFFFF, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
    else {
      throw Failure(
        .usage, place: "member '\(name)'",
        "expected a name of 1 to 65535 bytes without control characters, found \(bytes.count)")
    }
    guard names.insert(name).inserted else {
      throw Failure(.usage, place: "member '\(name)'", "expected a name once, found it twice")
    }
  }
}
