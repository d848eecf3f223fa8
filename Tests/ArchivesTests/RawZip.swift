@testable import Archives

/// A zip file put together field by field, so that each can lie.
struct RawZip {
  /// The numbers of a header.
  struct Header {
    var flags: UInt16 = 0
    var method: UInt16 = 0
    var checksum: UInt32
    var compressedSize: UInt32
    var size: UInt32
    var name: [UInt8]
    var extra: [UInt8] = []
  }

  /// A member: what its two headers say, and its bytes.
  struct Member {
    var local: Header
    var central: Header
    var data: [UInt8]
    var descriptor: [UInt8] = []
    /// Bytes before the local header that belong to no record.
    var gap: [UInt8] = []
    /// In place of where the local header lies.
    var offset: UInt32?
    var attributes: UInt32 = 0
    var disk: UInt16 = 0

    /// A stored member that tells the truth.
    init(_ name: String, _ data: [UInt8]) {
      var checksum = Checksum()
      data.withUnsafeBytes { checksum.update($0) }
      central = Header(
        checksum: checksum.value, compressedSize: UInt32(data.count), size: UInt32(data.count),
        name: Array(name.utf8))
      local = central
      self.data = data
    }

    /// Changes both headers.
    mutating func both(_ change: (inout Header) -> Void) {
      change(&local)
      change(&central)
    }
  }

  var members: [Member]
  /// Bytes between the last member and the directory.
  var gap: [UInt8] = []
  var comment: [UInt8] = []
  /// Bytes after the comment.
  var tail: [UInt8] = []
  /// In place of the true numbers of the end record.
  var entryCount: UInt16?
  var directoryOffset: UInt32?
  var directorySize: UInt32?
  /// Records between the directory and the end record, given the directory's range and count.
  var beforeEnd: (Range<Int>, Int) -> [UInt8] = { _, _ in [] }

  init(_ members: Member...) { self.members = members }

  /// The file.
  var bytes: [UInt8] {
    var record = ZipRecord()
    var offsets: [Int] = []
    for member in members {
      record.put(bytes: member.gap)
      offsets.append(record.bytes.count)
      record.put(ZipSignature.local)
      put(member.local, &record)
      record.put(bytes: member.local.name + member.local.extra)
      record.put(bytes: member.data + member.descriptor)
    }
    record.put(bytes: gap)
    let start = record.bytes.count
    for (member, offset) in zip(members, offsets) {
      record.put(ZipSignature.central)
      record.put(UInt16(20))
      put(member.central, &record)
      record.put(shorts: 0, member.disk, 0)
      record.put(member.attributes)
      record.put(member.offset ?? UInt32(offset))
      record.put(bytes: member.central.name + member.central.extra)
    }
    let directory = start..<record.bytes.count
    record.put(bytes: beforeEnd(directory, members.count))
    record.put(ZipSignature.end)
    let count = entryCount ?? UInt16(members.count)
    record.put(shorts: 0, 0, count, count)
    record.put(directorySize ?? UInt32(directory.count))
    record.put(directoryOffset ?? UInt32(start))
    record.put(UInt16(comment.count))
    record.put(bytes: comment + tail)
    return record.bytes
  }

  private func put(_ header: Header, _ record: inout ZipRecord) {
    record.put(shorts: 20, header.flags, header.method, 0, 0x21)
    record.put(header.checksum)
    record.put(header.compressedSize)
    record.put(header.size)
    record.put(shorts: UInt16(header.name.count), UInt16(header.extra.count))
  }

  /// A zip64 end record and its locator.
  static func large(
    directory: Range<Int>, count: Int, recordOffset: UInt64? = nil
  ) -> [UInt8] {
    var record = ZipRecord()
    record.put(ZipSignature.end64)
    record.put(UInt64(44))
    record.put(shorts: 45, 45, 0, 0, 0, 0)
    record.put(UInt64(count))
    record.put(UInt64(count))
    record.put(UInt64(directory.count))
    record.put(UInt64(directory.lowerBound))
    record.put(ZipSignature.locator64)
    record.put(UInt32(0))
    record.put(recordOffset ?? UInt64(directory.upperBound))
    record.put(UInt32(1))
    return record.bytes
  }

  /// An extra field of 64-bit numbers under `identifier`.
  static func extra(_ identifier: UInt16 = 1, _ numbers: UInt64...) -> [UInt8] {
    var record = ZipRecord()
    record.put(shorts: identifier, UInt16(8 * numbers.count))
    for number in numbers { record.put(number) }
    return record.bytes
  }
}
