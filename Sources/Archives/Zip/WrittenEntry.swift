/// What a zip file being written says of one member, before its data and in the directory.
struct WrittenEntry {
  let name: String
  let method: ZipMember.Method
  let size: Int
  /// Of the local header, from the archive's start.
  let offset: Int
  /// Whether the local header keeps its sizes in a zip64 field.
  let isLarge: Bool
  /// What makes the room before a stored member's data.
  let padding: ZipPadding
  /// Known when the data is written.
  var compressedSize = 0
  var checksum: UInt32 = 0

  /// Where the data of a stored member begins: a multiple of this from the archive's start.
  static let alignment = 64
  /// A Unix system and version 4.5 of the format, the first with zip64.
  static let madeBy: UInt16 = 3 << 8 | 45

  init(
    name: String, method: ZipMember.Method, size: Int, offset: Int, isLarge: Bool,
    padding: ZipPadding
  ) {
    self.name = name
    self.method = method
    self.size = size
    self.offset = offset
    self.isLarge = isLarge
    self.padding = padding
  }

  /// The local header: of the same length before and after the data is written.
  func localHeader() -> [UInt8] {
    var extra = ZipRecord()
    if isLarge {
      extra.put(shorts: 1, 16)
      extra.put(UInt64(size))
      extra.put(UInt64(compressedSize))
    }
    let nameBytes = Array(name.utf8)
    if method == .stored { pad(&extra, after: offset + 30 + nameBytes.count) }
    var record = ZipRecord()
    record.put(ZipSignature.local)
    putCommon(&record, needsLarge: isLarge)
    record.put(isLarge ? .max : UInt32(compressedSize))
    record.put(isLarge ? .max : UInt32(size))
    record.put(shorts: UInt16(nameBytes.count), UInt16(extra.bytes.count))
    record.put(bytes: nameBytes)
    record.put(bytes: extra.bytes)
    return record.bytes
  }

  /// The entry of the central directory.
  func centralHeader(largeSize: Int) -> [UInt8] {
    let numbers = [size, compressedSize, offset]
    let large = numbers.filter { $0 >= largeSize }
    func small(_ value: Int) -> UInt32 { value >= largeSize ? .max : UInt32(value) }
    var extra = ZipRecord()
    if !large.isEmpty {
      extra.put(shorts: 1, UInt16(8 * large.count))
      for number in large { extra.put(UInt64(number)) }
    }
    let nameBytes = Array(name.utf8)
    var record = ZipRecord()
    record.put(ZipSignature.central)
    record.put(Self.madeBy)
    putCommon(&record, needsLarge: isLarge || !large.isEmpty)
    record.put(small(compressedSize))
    record.put(small(size))
    record.put(shorts: UInt16(nameBytes.count), UInt16(extra.bytes.count), 0, 0, 0)
    // A regular file that its owner may write and anyone may read.
    record.put(UInt32(0o100644) << 16)
    record.put(small(offset))
    record.put(bytes: nameBytes)
    record.put(bytes: extra.bytes)
    return record.bytes
  }

  /// The fields that both headers have in a row: version needed to CRC-32.
  private func putCommon(_ record: inout ZipRecord, needsLarge: Bool) {
    let isASCII = name.utf8.allSatisfy { $0 < 0x80 }
    let midnight: UInt16 = 0
    let firstOfJanuary1980: UInt16 = 1 << 5 | 1
    record.put(
      shorts: needsLarge ? 45 : 20, isASCII ? 0 : 1 << 11, method.rawValue, midnight,
      firstOfJanuary1980)
    record.put(checksum)
  }

  /// Adds the field that makes the room.
  private func pad(_ extra: inout ZipRecord, after headerEnd: Int) {
    let missing = -(headerEnd + extra.bytes.count) & (Self.alignment - 1)
    guard missing > 0 || padding.isAlwaysThere else { return }
    let least = padding.head
    let length = missing < least ? missing + Self.alignment : missing
    extra.put(shorts: padding.rawValue, UInt16(length - 4))
    if padding == .zipalign { extra.put(UInt16(Self.alignment)) }
    extra.put(bytes: [UInt8](repeating: padding.filler, count: length - least))
  }
}

/// The extra field that fills a local header up, so that a stored member's data is aligned; the raw
/// value is its identifier.
enum ZipPadding: UInt16 {
  /// The field that Android's zipalign made known: the alignment, zeros.
  case zipalign = 0xD935
  /// The field that PyTorch writes in every local header: `FB`, and as many `Z` as are needed.
  case torch = 0x4246

  /// The bytes of an empty field.
  var head: Int { self == .zipalign ? 6 : 4 }
  /// What fills the field.
  var filler: UInt8 { self == .zipalign ? 0 : UInt8(ascii: "Z") }
  /// Whether the field is there even where no room is missing.
  var isAlwaysThere: Bool { self == .torch }
}
