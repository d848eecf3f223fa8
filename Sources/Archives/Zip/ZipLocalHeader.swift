import Tensors

/// The header before a member's bytes, which must say what the central directory says.
///
/// Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7 and 4.3.9.
enum ZipLocalHeader {
  /// The bytes of the member whose local header, data and descriptor fill `span`.
  ///
  /// - Throws: `Failure` where the header disagrees with `entry`, or where the member's bytes are
  ///   fewer or more than `span`: two members would overlap, or bytes belong to none.
  static func check(
    _ entry: ZipEntry, _ span: Range<Int>, in bytes: CheckedBytes
  ) throws -> Range<Int> {
    let place = "\(entry.place), local header at byte \(span.lowerBound)"
    var fields = ZipFields(bytes, span, place: place)
    guard try fields.word() == ZipSignature.local else {
      throw Failure(place: place, expected: "its signature", found: "other bytes")
    }
    try fields.skip(2)
    let flags = try fields.short()
    let method = try fields.short()
    try fields.skip(4)
    let checksum = try fields.word()
    let compressed = try fields.word()
    let plain = try fields.word()
    let nameLength = Int(try fields.short())
    let extraLength = Int(try fields.short())
    let name = try fields.bytes(nameLength)
    let extra = try ZipExtra(try fields.bytes(extraLength), place: place)
    guard name == entry.nameBytes else {
      throw Failure(place: place, expected: "the name '\(entry.name)'", found: "another")
    }
    try extra.checkName(name)
    guard method == entry.method.rawValue, flags == entry.flags else {
      throw Failure(
        place: place,
        expected: "method \(entry.method.rawValue) and flags \(entry.flags)",
        found: "method \(method) and flags \(flags)")
    }
    let large = try extra.large(size: plain, compressedSize: compressed)
    // A header written before its data may leave the numbers to the descriptor, as zeros.
    func agrees(_ value: Int, _ known: Int) -> Bool {
      value == known || (entry.hasDescriptor && value == 0)
    }
    guard agrees(Int(checksum), Int(entry.checksum)),
      agrees(large.size, entry.size),
      agrees(large.compressedSize, entry.compressedSize)
    else {
      throw Failure(
        place: place, expected: "sizes and CRC-32 of the central directory", found: "others")
    }
    let (end, overflow) = fields.position.addingReportingOverflow(entry.compressedSize)
    guard !overflow, end <= span.upperBound else {
      throw Failure(
        place: place, expected: "\(entry.compressedSize) bytes before byte \(span.upperBound)",
        found: "\(span.upperBound - fields.position): members overlap, or the file is cut short")
    }
    try checkDescriptor(entry, end..<span.upperBound, in: bytes)
    return fields.position..<end
  }

  /// Checks what lies between a member's data and the next record: nothing, or a data descriptor,
  /// with or without its signature, of 32-bit or 64-bit sizes.
  private static func checkDescriptor(
    _ entry: ZipEntry, _ range: Range<Int>, in bytes: CheckedBytes
  ) throws {
    let place = "\(entry.place), after its data at byte \(range.lowerBound)"
    guard entry.hasDescriptor else {
      guard range.isEmpty else {
        throw Failure(
          place: place, expected: "the next record", found: "\(range.count) bytes of no member")
      }
      return
    }
    guard [12, 16, 20, 24].contains(range.count) else {
      throw Failure(
        place: place, expected: "a data descriptor of 12 to 24 bytes",
        found: "\(range.count) bytes")
    }
    var fields = ZipFields(bytes, range, place: place)
    var signed = true
    if range.count % 8 == 0 { signed = try fields.word() == ZipSignature.descriptor }
    let checksum = try fields.word()
    let isLarge = range.count >= 20
    let compressed = isLarge ? try fields.size("a size") : Int(try fields.word())
    let plain = isLarge ? try fields.size("a size") : Int(try fields.word())
    guard signed, checksum == entry.checksum, compressed == entry.compressedSize,
      plain == entry.size
    else {
      throw Failure(
        place: place, expected: "a data descriptor with the numbers of the central directory",
        found: "others")
    }
  }
}
