import Tensors

/// An entry of a zip file's central directory.
///
/// Source: PKWARE's APPNOTE 6.3.10, section 4.3.12.
struct ZipEntry {
  let flags: UInt16
  let method: ZipMember.Method
  let checksum: UInt32
  let compressedSize: Int
  let size: Int
  let nameBytes: [UInt8]
  let name: String
  /// Byte offset of the local header.
  let offset: Int

  /// Whether sizes and checksum are repeated after the data.
  var hasDescriptor: Bool { flags & Self.descriptorFlag != 0 }

  /// What the entry is called in messages.
  var place: String { "member '\(name)'" }

  private static let descriptorFlag: UInt16 = 1 << 3
  private static let unicodeFlag: UInt16 = 1 << 11
  /// The flags that do not change what the bytes mean: hints of the compressor, descriptor, UTF-8.
  private static let knownFlags: UInt16 = 0b110 | descriptorFlag | unicodeFlag

  /// Reads entry `number` (from 0).
  ///
  /// - Throws: `Failure` where the entry is damaged, encrypted, a link, of an unknown method, or
  ///   claims more bytes than its compressed bytes can hold.
  init(_ fields: inout ZipFields, number: Int) throws {
    let start = "entry \(number) of the central directory at byte \(fields.position)"
    guard try fields.word() == ZipSignature.central else {
      throw Failure(place: start, expected: "its signature", found: "other bytes")
    }
    try fields.skip(4)
    flags = try fields.short()
    let method = try fields.short()
    try fields.skip(4)
    checksum = try fields.word()
    let compressed = try fields.word()
    let plain = try fields.word()
    let lengths = (
      name: Int(try fields.short()), extra: Int(try fields.short()),
      comment: Int(try fields.short())
    )
    let disk = try fields.short()
    try fields.skip(2)
    let attributes = try fields.word()
    let local = try fields.word()
    nameBytes = try fields.bytes(lengths.name)
    name = try Self.text(nameBytes, isUnicode: flags & Self.unicodeFlag != 0, place: start)
    let place = "member '\(name)'"
    let extra = try ZipExtra(try fields.bytes(lengths.extra), place: place)
    try fields.skip(lengths.comment)
    try extra.checkName(nameBytes)
    guard disk == 0 else {
      throw Failure(place: place, expected: "a zip file in one part", found: "part \(disk)")
    }
    guard flags & 0b10_0000_0100_0001 == 0 else {
      throw Failure(place: place, expected: "no encryption", found: "an encrypted member")
    }
    guard flags & ~Self.knownFlags == 0 else {
      throw Failure(place: place, expected: "known flags", found: "0x\(String(flags, radix: 16))")
    }
    guard let known = ZipMember.Method(rawValue: method) else {
      throw Failure(
        place: place, expected: "method 0 (stored) or 8 (deflated)", found: "method \(method)")
    }
    self.method = known
    let large = try extra.large(size: plain, compressedSize: compressed, offset: local)
    size = large.size
    compressedSize = large.compressedSize
    offset = large.offset
    guard attributes >> 16 & 0o170000 != 0o120000 else {
      throw Failure(place: place, expected: "a file", found: "a symbolic link")
    }
    try checkSizes(place)
  }

  /// A deflate stream holds at most 258 bytes in 2 bits.
  private func checkSizes(_ place: String) throws {
    let (most, overflow) = compressedSize.multipliedReportingOverflow(by: 1032)
    switch method {
    case .stored where size != compressedSize:
      throw Failure(
        place: place, expected: "\(compressedSize) stored bytes", found: "a size of \(size)")
    case .deflated where !overflow && size > most:
      throw Failure(
        place: place, expected: "at most \(most) bytes from \(compressedSize) deflated ones",
        found: "a size of \(size)")
    default: break
    }
  }

  private static func text(_ bytes: [UInt8], isUnicode: Bool, place: String) throws -> String {
    guard !bytes.isEmpty else { throw Failure(place: place, expected: "a name", found: "none") }
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Failure(place: place, expected: "a name of printable characters", found: "others")
    }
    guard isUnicode || bytes.allSatisfy({ $0 < 0x80 }),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      throw Failure(
        place: place, expected: "a name in ASCII, or in UTF-8 and marked as such", found: "another")
    }
    return text
  }
}
