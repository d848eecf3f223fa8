import Tensors

/// The header of a group or dataset: its messages, and the blocks of the file they lie in.
///
/// HDF5 file format specification 3.0, section IV.A.1.b (version 2).
struct ObjectHeader {
  /// The kinds of messages that native files have.
  enum MessageType: UInt8, CaseIterable {
    case null = 0
    case dataspace = 1
    case linkInfo = 2
    case datatype = 3
    case fillValue = 5
    case link = 6
    case layout = 8
    case groupInfo = 10
    case attribute = 12
    case continuation = 16
    case attributeInfo = 21
  }

  /// A message and its fields.
  struct Message {
    let type: MessageType
    let fields: Fields
  }

  /// Whom errors speak of.
  let subject: Subject
  /// The blocks of the file that the header occupies, checksums included.
  private(set) var blocks: [Range<Int>] = []
  /// The messages but null and continuation messages, in the file's order.
  private(set) var messages: [Message] = []

  private static let blockLimit = 1024
  private static let messageLimit = 1024
  private let bytes: CheckedBytes
  private var continuations: [Range<Int>] = []
  /// Whether every message's head has two more bytes: the order in which attributes were made.
  private var ordersAttributes = false

  /// Reads and checks the header at `address` of a whole file.
  init(_ bytes: CheckedBytes, at address: UInt64, of subject: Subject) throws {
    self.bytes = bytes
    self.subject = subject
    try readFirstBlock(at: address)
    while !continuations.isEmpty {
      let block = continuations.removeFirst()
      try subject.attempt(hidesBytes: true, hidesDatasets: true) {
        try subject.require(
          !blocks.contains { $0.overlaps(block) }, .overlap, at: block.lowerBound,
          expected: "a block of its own", found: "a part of an earlier block of the header")
        try readFurtherBlock(block)
      }
    }
  }

  /// The messages of one type.
  func messages(_ type: MessageType) -> [Fields] {
    messages.filter { $0.type == type }.map(\.fields)
  }

  /// The only message of a type.
  func only(_ type: MessageType) throws -> Fields {
    let found = messages(type)
    try subject.require(
      found.count == 1, .headerMessages, at: blocks.first?.lowerBound, goingOn: !found.isEmpty,
      expected: "one \(type) message", found: "\(found.count)")
    return found[0]
  }

  private mutating func readFirstBlock(at address: UInt64) throws {
    let start = Int(clamping: address)
    guard start <= bytes.count else {
      throw subject.failure(
        .headerBounds, at: start, expected: "a header inside the file's \(bytes.count) bytes",
        found: "its address")
    }
    var fields = try Fields(bytes, start..<bytes.count, of: subject, .headerBounds)
    try checkSignature("OHDR", &fields)
    let version: UInt8 = try fields.next()
    try fields.require(
      version == 2, .headerVersion, expected: "header version 2", found: "\(version)")
    let flags: UInt8 = try fields.next()
    try fields.require(
      flags & 0b1110_1100 == 0, .headerFlags, goingOn: true,
      expected: "no times and no order of attributes", found: "flags \(hexadecimal(flags))")
    ordersAttributes = flags & 0b100 != 0
    // Four times.
    if flags & 0b10_0000 != 0 { _ = try fields.take(16) }
    if flags & 0b1_0000 != 0 {
      // Where the library would move attributes to a heap: of no concern to a reader.
      _ = try fields.take(4)
    }
    let size: UInt64 =
      switch flags & 3 {
      case 0: UInt64(try fields.next(UInt8.self))
      case 1: UInt64(try fields.next(UInt16.self))
      case 2: UInt64(try fields.next(UInt32.self))
      default: try fields.next()
      }
    try readMessages(of: Int(clamping: size), from: start, &fields)
  }

  private mutating func readFurtherBlock(_ range: Range<Int>) throws {
    var fields = try Fields(bytes, range, of: subject, .headerBounds)
    try checkSignature("OCHK", &fields)
    try readMessages(of: range.count - 8, from: range.lowerBound, &fields)
  }

  private func checkSignature(_ expected: String, _ fields: inout Fields) throws {
    let found = try fields.take(4)
    try fields.require(
      found.elementsEqual(expected.utf8), .headerSignature, expected: expected,
      found: "other bytes")
  }

  /// Reads `size` bytes of messages and the checksum of the block that began at `start`.
  private mutating func readMessages(
    of size: Int, from start: Int, _ fields: inout Fields
  ) throws {
    var room = try fields.part(size, .messageBounds)
    let computed = lookup3(CheckedBytes(rebasing: bytes[start..<fields.position]))
    let checksum: UInt32 = try fields.next()
    try fields.require(
      checksum == computed, .headerChecksum, goingOn: true,
      expected: "checksum \(hexadecimal(computed))", found: hexadecimal(checksum))
    blocks.append(start..<fields.position)
    let head = ordersAttributes ? 6 : 4
    while room.remaining >= head { try readMessage(&room) }
    let rest = try room.take(room.remaining)
    try room.require(
      isZero(rest), .messageBounds, goingOn: true, expected: "zeros behind the last message",
      found: "other bytes")
  }

  private mutating func readMessage(_ room: inout Fields) throws {
    let number: UInt8 = try room.next()
    let size: UInt16 = try room.next()
    let flags: UInt8 = try room.next()
    let start = room.position - 4
    if ordersAttributes { _ = try room.take(2) }
    let known = MessageType(rawValue: number)
    try subject.require(
      known != nil, .messageType, at: start, goingOn: true,
      expected: "a message of one of the \(MessageType.allCases.count) allowed types",
      found: "type \(number)")
    // What a shared message holds is the way to another one.
    let isShared = flags & 0b10 != 0
    // Bit 0: the message never changes; bit 2: it is never to be shared.
    let fixed: UInt8 = known == .null || known == .continuation ? 0 : 0b101
    if known != nil {
      try room.require(
        flags & ~fixed == 0, .messageFlags, goingOn: true, expected: "a message stored here",
        found: "flags \(hexadecimal(flags))")
    }
    var fields = try room.part(Int(size), .messageBounds)
    guard let known, !isShared else { return }
    switch known {
    case .null:
      let unused = try fields.take(fields.remaining)
      try fields.require(
        isZero(unused), .messageNull, goingOn: true, expected: "zeros in an unused message",
        found: "other bytes")
    case .continuation:
      try subject.attempt(hidesBytes: true, hidesDatasets: true) {
        try readContinuation(&fields)
      }
    default:
      try fields.require(
        messages.count < Self.messageLimit, .messageCount,
        expected: "at most \(Self.messageLimit) messages of a header", found: "more")
      messages.append(Message(type: known, fields: fields))
    }
  }

  /// Reads where a further block lies.
  private mutating func readContinuation(_ fields: inout Fields) throws {
    let address: UInt64 = try fields.next()
    let length: UInt64 = try fields.next()
    try fields.finish()
    let start = Int(clamping: address)
    let (end, overflow) = start.addingReportingOverflow(Int(clamping: length))
    try fields.require(
      !overflow && end <= bytes.count, .headerBounds,
      expected: "a block inside the file's \(bytes.count) bytes",
      found: "\(length) bytes at byte \(address)")
    try fields.require(
      blocks.count + continuations.count < Self.blockLimit, .headerBlocks,
      expected: "at most \(Self.blockLimit) blocks of a header", found: "more")
    continuations.append(start..<end)
  }
}
