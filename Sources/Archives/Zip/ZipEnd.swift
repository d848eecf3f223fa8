import Tensors

/// Where a zip file's central directory lies, from the records at the file's end.
///
/// Source: PKWARE's APPNOTE 6.3.10, sections 4.3.14 to 4.3.16.
struct ZipEnd {
  /// The bytes of the central directory.
  let directory: Range<Int>
  /// The number of its entries.
  let entryCount: Int

  private static let size = 22
  private static let size64 = 56
  private static let locatorSize = 20

  /// Finds the end record, which is the last place in the file with its signature: so none is
  /// hidden in the comment, whose length must reach the file's end exactly.
  ///
  /// - Throws: `Failure` where there is none, or where the records disagree with one another or
  ///   leave bytes between them.
  init(_ bytes: CheckedBytes) throws {
    guard let position = Self.lastSignature(in: bytes) else {
      throw Failure(
        place: "end record", expected: "one in the last \(Self.size + 0xFFFF) bytes of a zip file",
        found: "none; the file may be cut short")
    }
    let place = "end record at byte \(position)"
    var fields = ZipFields(bytes, position..<bytes.count, place: place)
    try fields.skip(4)
    let disks = [try fields.short(), try fields.short()]
    let counts = [try fields.short(), try fields.short()]
    let size = try fields.word()
    let offset = try fields.word()
    let comment = Int(try fields.short())
    guard comment == fields.remaining else {
      throw Failure(
        place: place, expected: "a comment of \(comment) bytes up to the end of the file",
        found: "\(fields.remaining) bytes")
    }
    guard let large = try Self.large(bytes, before: position) else {
      guard disks == [0, 0], counts[0] == counts[1] else {
        throw Failure(place: place, expected: "a zip file in one part", found: "several parts")
      }
      guard size != .max, offset != .max, counts[1] != .max else {
        throw Failure(place: place, expected: "a zip64 locator before it", found: "none")
      }
      entryCount = Int(counts[1])
      directory = try Self.range(Int(offset), Int(size), endingAt: position, place: place)
      return
    }
    // Each old field either defers to the zip64 record or says the same.
    let agrees =
      disks.allSatisfy { $0 == 0 || $0 == .max }
      && counts.allSatisfy { $0 == .max || Int($0) == large.count }
      && (size == .max || Int(size) == large.size)
      && (offset == .max || Int(offset) == large.offset)
    guard agrees else {
      throw Failure(
        place: place, expected: "the numbers of the zip64 end record", found: "others")
    }
    entryCount = large.count
    directory = try Self.range(large.offset, large.size, endingAt: large.position, place: place)
  }

  private static func lastSignature(in bytes: CheckedBytes) -> Int? {
    let last = bytes.count - size
    guard last >= 0 else { return nil }
    return stride(from: last, through: max(0, last - 0xFFFF), by: -1).first {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
        == ZipSignature.end
    }
  }

  /// What the zip64 end record says, where a locator stands before the end record.
  private static func large(
    _ bytes: CheckedBytes, before position: Int
  ) throws -> (position: Int, offset: Int, size: Int, count: Int)? {
    let start = position - locatorSize
    guard start >= 0 else { return nil }
    var locator = ZipFields(bytes, start..<position, place: "zip64 locator at byte \(start)")
    guard try locator.word() == ZipSignature.locator64 else { return nil }
    let disk = try locator.word()
    let recordStart = try locator.size("an offset")
    let disks = try locator.word()
    let place = "zip64 end record at byte \(recordStart)"
    guard disk == 0, disks <= 1 else {
      throw Failure(place: place, expected: "a zip file in one part", found: "several parts")
    }
    guard recordStart <= start - size64 else {
      throw Failure(
        place: "zip64 locator at byte \(start)", expected: "a record before it",
        found: "byte \(recordStart)")
    }
    var record = ZipFields(bytes, recordStart..<start, place: place)
    guard try record.word() == ZipSignature.end64 else {
      throw Failure(place: place, expected: "its signature", found: "other bytes")
    }
    let length = try record.size("a size")
    guard length == start - recordStart - 12 else {
      throw Failure(
        place: place, expected: "\(start - recordStart - 12) bytes up to the zip64 locator",
        found: "\(length)")
    }
    try record.skip(4)
    let parts = [try record.word(), try record.word()]
    let counts = [try record.size("a count"), try record.size("a count")]
    guard parts == [0, 0], counts[0] == counts[1] else {
      throw Failure(place: place, expected: "a zip file in one part", found: "several parts")
    }
    let size = try record.size("a size")
    let offset = try record.size("an offset")
    return (recordStart, offset, size, counts[1])
  }

  private static func range(
    _ offset: Int, _ size: Int, endingAt end: Int, place: String
  ) throws -> Range<Int> {
    guard offset <= end, size == end - offset else {
      throw Failure(
        place: place, expected: "a central directory that ends at byte \(end)",
        found: "\(size) bytes at byte \(offset)")
    }
    return offset..<end
  }
}
