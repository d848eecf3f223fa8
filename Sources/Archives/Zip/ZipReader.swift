import Tensors

/// A zip file, read strictly: one file has one meaning, or it is refused.
///
/// The central directory is the truth, every local header must agree with it, and every byte of the
/// file belongs to exactly one record: no prefix, gap, overlap or tail. Methods 0 (stored) and 8
/// (deflated) only; no encryption, no links, no second parts, no two members of one name.
public struct ZipReader: Sendable {
  /// The members, in the order of the central directory.
  public let members: [ZipMember]
  private let file: any ByteSource
  private let places: [String: Int]

  /// Reads the directory of `file` and checks every header; no member's bytes are touched.
  ///
  /// - Throws: `Failure` (`badInput`) that names the record, its offset, what was expected and what
  ///   was found.
  public init(_ file: any ByteSource) throws {
    self.file = file
    members = try unsafe file.withCheckedBytes { bytes in
      let end = try ZipEnd(bytes)
      return try Self.members(Self.entries(end, bytes), before: end.directory.lowerBound, bytes)
    }
    places = Dictionary(uniqueKeysWithValues: zip(members.map(\.name), members.indices))
  }

  /// The member called `name`, or nil.
  public subscript(name: String) -> ZipMember? { places[name].map { members[$0] } }

  /// The content of a member: where it lies in the file if it is stored, inflated when asked for
  /// otherwise.
  ///
  /// The CRC-32 is checked when the bytes are first resolved, once; opening a file of many
  /// gigabytes touches headers only.
  ///
  /// - Parameter checked: false for the bytes of a stored member without that check, for archives
  ///   whose writer was told to leave checksums out (torch can be).
  public func content(of member: ZipMember, checked: Bool = true) -> any ByteSource {
    let slice = ByteSlice(file, member.range)
    switch member.method {
    case .stored: return checked ? StoredBytes(slice, of: member) : slice
    case .deflated: return DeflatedBytes(slice, of: member)
    }
  }

  /// The first `count` bytes of a member's content, or all where there are fewer.
  ///
  /// The CRC-32 is not checked.
  ///
  /// - Throws: `Failure` where the deflate stream is damaged.
  public func beginning(of member: ZipMember, count: Int) throws -> [UInt8] {
    let slice = ByteSlice(file, member.range)
    let count = min(count, member.size)
    switch member.method {
    case .stored: return try slice.firstBytes(count)
    case .deflated: return try DeflatedBytes(slice, of: member).beginning(count)
    }
  }

  /// Checks the CRC-32 of a member's content.
  ///
  /// - Throws: `Failure` (`badInput`) where it differs, or where the content cannot be inflated.
  public func check(_ member: ZipMember) throws { _ = try content(of: member).resolved() }

  /// The members' names, from the central directory alone: to tell what a file is.
  ///
  /// - Throws: `Failure` where the directory is damaged.
  static func names(in file: any ByteSource) throws -> [String] {
    try unsafe file.withCheckedBytes { try entries(ZipEnd($0), $0).map(\.name) }
  }

  /// The name in the first local header, or nil of a file that begins with another record.
  ///
  /// - Throws: `Failure` where the file ends in it.
  static func firstName(in file: any ByteSource) throws -> String? {
    try unsafe file.withCheckedBytes { bytes in
      var fields = ZipFields(bytes, 0..<bytes.count, place: "local header at byte 0")
      guard try fields.word() == ZipSignature.local else { return nil }
      try fields.skip(22)
      let length = try fields.short()
      try fields.skip(2)
      return String(validating: try fields.bytes(Int(length)), as: UTF8.self)
    }
  }

  private static func entries(
    _ end: ZipEnd, _ bytes: CheckedBytes
  ) throws -> [ZipEntry] {
    let place = "central directory at byte \(end.directory.lowerBound)"
    var fields = ZipFields(bytes, end.directory, place: place)
    var entries: [ZipEntry] = []
    var names: Set<String> = []
    while fields.remaining > 0, entries.count < end.entryCount {
      let entry = try ZipEntry(&fields, number: entries.count)
      guard names.insert(entry.name).inserted else {
        throw Failure(place: entry.place, expected: "one member of that name", found: "several")
      }
      entries.append(entry)
    }
    guard entries.count == end.entryCount, fields.remaining == 0 else {
      throw Failure(
        place: place, expected: "\(end.entryCount) entries, as the end record says",
        found: entries.count < end.entryCount
          ? "\(entries.count)" : "\(fields.remaining) bytes beyond them")
    }
    return entries
  }

  /// Gives every member the bytes from its local header to the next one's, in the order of the
  /// file, so that each byte before the directory is accounted for.
  private static func members(
    _ entries: [ZipEntry], before end: Int, _ bytes: CheckedBytes
  ) throws -> [ZipMember] {
    let order = entries.indices.sorted { entries[$0].offset < entries[$1].offset }
    let first = order.first.map { entries[$0].offset } ?? end
    guard first == 0 else {
      throw Failure(
        place: "byte 0", expected: "the first member of a zip file",
        found: "\(min(first, bytes.count)) bytes that belong to none")
    }
    var ranges = [Range<Int>](repeating: 0..<0, count: entries.count)
    for (place, index) in order.enumerated() {
      let entry = entries[index]
      let next = place + 1 < order.count ? entries[order[place + 1]].offset : end
      guard entry.offset <= end, next <= end else {
        throw Failure(
          place: entry.place, expected: "a local header before byte \(end)",
          found: "byte \(max(entry.offset, next))")
      }
      ranges[index] = try ZipLocalHeader.check(entry, entry.offset..<next, in: bytes)
    }
    return zip(entries, ranges).map { entry, range in
      ZipMember(
        name: entry.name, method: entry.method, size: entry.size, checksum: entry.checksum,
        range: range)
    }
  }
}
