import Tensors

/// A link of a group: a name and the address of an object.
struct HardLink {
  let name: String
  let address: UInt64

  /// Reads and checks a link message of version 1.
  init(_ message: Fields) throws {
    var fields = message
    let version: UInt8 = try fields.next()
    let flags: UInt8 = try fields.next()
    // Flags would announce a longer name, a creation order, another type of link, UTF-8.
    try fields.require(
      version == 1 && flags == 0, .link, goingOn: version == 1,
      expected: "a hard link with an ASCII name",
      found: "a link of version \(version) with flags \(hexadecimal(flags))")
    // Another type leads to no object of this file.
    if flags & 0x08 != 0, try fields.next(UInt8.self) != 0 { throw ProfileStop() }
    if flags & 0x04 != 0 { _ = try fields.take(8) }
    if flags & 0x10 != 0 { _ = try fields.take(1) }
    let length: UInt64 =
      switch flags & 3 {
      case 0: UInt64(try fields.next(UInt8.self))
      case 1: UInt64(try fields.next(UInt16.self))
      case 2: UInt64(try fields.next(UInt32.self))
      default: try fields.next()
      }
    let label = try fields.take(Int(clamping: length))
    try fields.require(
      NativeLayout.isName(label), .linkName, goingOn: true,
      expected: "a name of 1 to 64 of A-Z a-z 0-9 _ . -", found: "'\(printable(label))'")
    name = printable(label)
    address = try fields.next()
    try fields.finish()
  }
}

/// The text of `bytes`, with a question mark for every byte that is not printable ASCII.
private func printable(_ bytes: CheckedBytes) -> String {
  String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
}

extension ObjectHeader {
  /// The links of a group, in the file's order; all are stored in the header.
  func links() throws -> [HardLink] {
    try allow([.linkInfo, .groupInfo, .link, .attribute, .attributeInfo])
    try subject.attempt { try checkLinkInfo() }
    try subject.attempt { try checkGroupInfo() }
    var known: Set<String> = []
    let messages = messages(.link)
    try subject.require(
      messages.count <= NativeLayout.childrenLimit, .linkCount, at: blocks.first?.lowerBound,
      goingOn: true, expected: "at most \(NativeLayout.childrenLimit) members",
      found: "\(messages.count)")
    return try messages.compactMap { message in
      try subject.attempt(hidesBytes: true, hidesDatasets: true) {
        let link = try HardLink(message)
        try message.require(
          known.insert(link.name).inserted, .linkDistinct, expected: "one member \(link.name)",
          found: "another")
        return link
      }
    }
  }

  /// Checks that there are messages of no other types.
  func allow(_ types: Set<MessageType>) throws {
    for other in messages where !types.contains(other.type) {
      try subject.require(
        false, .headerMessages, at: other.fields.position, goingOn: true,
        expected: "no \(other.type) message here", found: "one")
    }
  }

  private func checkLinkInfo() throws {
    var fields = try only(.linkInfo)
    let version: UInt8 = try fields.next()
    let flags: UInt8 = try fields.next()
    try fields.require(
      version == 0 && flags == 0, .linkInfo, goingOn: version == 0,
      expected: "links without order", found: "version \(version), flags \(flags)")
    // The largest number that was given to a link.
    if flags & 1 != 0 { _ = try fields.take(8) }
    let heap: UInt64 = try fields.next()
    let names: UInt64 = try fields.next()
    let isHere = heap == Superblock.undefined && names == Superblock.undefined
    if !isHere { subject.findings?.hide() }
    try fields.require(
      isHere, .linkInfo, expected: "links stored in the header",
      found: "a heap at byte \(hexadecimal(heap))")
    if flags & 2 != 0 { _ = try fields.take(8) }
    try fields.finish()
  }

  private func checkGroupInfo() throws {
    var fields = try only(.groupInfo)
    let version: UInt8 = try fields.next()
    let flags: UInt8 = try fields.next()
    try fields.require(
      version == 0 && flags <= 3, .groupInfo, expected: "group info version 0 with known flags",
      found: "version \(version), flags \(flags)")
    // Hints for a library that adds links: when to use a heap, and how much room to reserve.
    _ = try fields.take(4 * flags.nonzeroBitCount)
    try fields.finish()
  }
}
