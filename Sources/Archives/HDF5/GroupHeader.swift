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
      version == 1 && flags == 0, .link, expected: "a hard link with an ASCII name",
      found: "a link of version \(version) with flags \(hexadecimal(flags))")
    let length: UInt8 = try fields.next()
    let label = try fields.take(Int(length))
    try fields.require(
      NativeLayout.isName(label), .linkName, expected: "a name of 1 to 64 of A-Z a-z 0-9 _ . -",
      found: "'\(printable(label))'")
    name = String(decoding: label, as: UTF8.self)
    address = try fields.next()
    try fields.finish()
  }
}

/// The text of `bytes`, with a question mark for every byte that is not printable ASCII.
private func printable(_ bytes: UnsafeRawBufferPointer) -> String {
  String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
}

extension ObjectHeader {
  /// The links of a group, in the file's order; all are stored in the header.
  func links() throws -> [HardLink] {
    try allow([.linkInfo, .groupInfo, .link, .attribute, .attributeInfo])
    try checkLinkInfo()
    try checkGroupInfo()
    var known: Set<String> = []
    let messages = messages(.link)
    try subject.require(
      messages.count <= NativeLayout.childrenLimit, .linkCount, at: blocks.first?.lowerBound,
      expected: "at most \(NativeLayout.childrenLimit) members", found: "\(messages.count)")
    return try messages.map { message in
      let link = try HardLink(message)
      try message.require(
        known.insert(link.name).inserted, .linkDistinct, expected: "one member \(link.name)",
        found: "another")
      return link
    }
  }

  /// Checks that there are messages of no other types.
  func allow(_ types: Set<MessageType>) throws {
    if let other = messages.first(where: { !types.contains($0.type) }) {
      throw subject.failure(
        .headerMessages, at: other.fields.position, expected: "no \(other.type) message here",
        found: "one")
    }
  }

  private func checkLinkInfo() throws {
    var fields = try only(.linkInfo)
    let version: UInt8 = try fields.next()
    let flags: UInt8 = try fields.next()
    let heap: UInt64 = try fields.next()
    let names: UInt64 = try fields.next()
    try fields.require(
      version == 0 && flags == 0 && heap == Superblock.undefined && names == Superblock.undefined,
      .linkInfo, expected: "links stored in the header, without order",
      found: "version \(version), flags \(flags), heap \(hexadecimal(heap))")
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
