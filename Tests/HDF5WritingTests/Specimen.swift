import Foundation
import HDF5Writing
import TestSupport
import Tensors

@testable import Archives

/// A native file in memory that a test damages, and whose checksums it makes good again.
struct Specimen {
  typealias MessageType = ObjectHeader.MessageType

  /// Where a message's fields lie.
  struct Message {
    var type: MessageType
    var range: Range<Int>
  }

  var bytes: [UInt8]
  /// The limit under which the specimen is read.
  var datasetLimit = NativeLayout.datasetLimit
  private(set) var messages: [String: [Message]] = [:]
  private(set) var blocks: [String: [Range<Int>]] = [:]
  private(set) var addresses: [String: UInt64] = [:]
  /// Whether checksums are made good before the specimen is read.
  var heals = true

  init(_ path: String) throws {
    bytes = Array(try Data(contentsOf: URL(filePath: path)))
    try HeapBytes(bytes).withCheckedBytes { bytes in
      var found: [(path: String, header: ObjectHeader, address: UInt64)] = []
      func visit(_ address: UInt64, _ path: String) throws {
        let subject = Subject(file: "specimen", path: path)
        let header = try ObjectHeader(bytes, at: address, of: subject)
        found.append((path, header, address))
        for link in header.messages(.link) {
          let link = try HardLink(link)
          try visit(link.address, path.isEmpty ? link.name : path + "/" + link.name)
        }
      }
      try visit(Superblock(bytes, file: "specimen").root, "")
      for (path, header, address) in found {
        addresses[path] = address
        blocks[path] = header.blocks
        messages[path] = header.messages.map {
          Message(type: $0.type, range: $0.fields.position..<$0.fields.end)
        }
      }
    }
  }

  /// The fields of the only message of a type, or of the `position`th.
  func message(_ path: String, _ type: MessageType, _ position: Int = 0) -> Range<Int> {
    messages[path, default: []].filter { $0.type == type }[position].range
  }

  /// The fields of the message that has `text` in it: an attribute or a link of that name.
  func message(_ path: String, _ type: MessageType, naming text: String) -> Range<Int> {
    let found = messages[path, default: []].first { message in
      message.type == type && bytes[message.range].firstRange(of: Array(text.utf8)) != nil
    }
    return found?.range ?? 0..<0
  }

  /// The first place of `text` in a part of the file.
  func place(of text: String, in range: Range<Int>) -> Int {
    bytes[range].firstRange(of: Array(text.utf8))?.lowerBound ?? 0
  }

  /// The 8-byte number at `offset`.
  func number(at offset: Int) -> UInt64 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
  }

  mutating func set(_ values: [UInt8], at offset: Int) {
    bytes.replaceSubrange(offset..<offset + values.count, with: values)
  }

  mutating func set(_ number: UInt64, at offset: Int) { set(littleEndian(number), at: offset) }

  /// Whether the byte is one of the two that give the length of an unused message, where `unused`
  /// are the bytes that no message in use has.
  func isSizeOfNull(_ position: Int, in unused: Set<Int>) -> Bool {
    [1, 2].contains { back in
      let head = position - back
      return unused.contains(head) && !unused.contains(head - 1) && bytes[head] == 0
    }
  }

  /// Puts another message in place of one that is at least as long, and a null message behind it.
  mutating func replace(_ range: Range<Int>, by type: UInt8, _ body: [UInt8]) {
    let rest = range.count - body.count
    precondition(rest == 0 || rest >= 4)
    bytes[range.lowerBound - 4] = type
    set(Array(littleEndian(UInt64(body.count)).prefix(2)), at: range.lowerBound - 3)
    var fields = body
    if rest > 0 {
      fields += [0] + Array(littleEndian(UInt64(rest - 4)).prefix(2)) + [0]
      fields += [UInt8](repeating: 0, count: rest - 4)
    }
    set(fields, at: range.lowerBound)
  }

  /// Appends a block to the file and says where it is; its last four bytes are its checksum.
  mutating func append(_ block: [UInt8], of path: String = "") -> Int {
    let start = bytes.count
    bytes += block
    blocks[path, default: []].append(start..<bytes.count)
    set(UInt64(bytes.count), at: 28)
    return start
  }

  /// Makes all checksums good.
  mutating func heal() {
    for block in blocks.values.joined() { heal(block) }
    heal(0..<48)
  }

  /// Makes the checksum of one block good.
  mutating func heal(_ block: Range<Int>) {
    guard block.upperBound <= bytes.count else { return }
    let sum = bytes[block.dropLast(4)].withUnsafeBytes { lookup3(CheckedBytes($0)) }
    set(Array(littleEndian(UInt64(sum)).prefix(4)), at: block.upperBound - 4)
  }

  /// Opens the specimen as a native file and checks every byte.
  func check(in folder: TemporaryFolder) throws {
    try NativeFile(file(in: folder), datasetLimit: datasetLimit).checkEveryByte(threads: 1)
  }

  /// All places where the specimen breaks a rule.
  func profile(in folder: TemporaryFolder) throws -> ProfileCheck {
    try ProfileCheck(file(in: folder), datasetLimit: datasetLimit, threads: 1)
  }

  private func file(in folder: TemporaryFolder) throws -> MappedFile {
    var copy = self
    if heals { copy.heal() }
    let path = folder.path("specimen.h5")
    try Data(copy.bytes).write(to: URL(filePath: path))
    return try MappedFile(path)
  }
}

func littleEndian(_ value: UInt64) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian, Array.init)
}

extension Specimen {
  /// A small file with something for every rule.
  static func small(in folder: TemporaryFolder, deep isDeep: Bool = true) throws -> Specimen {
    let long = "a-dataset-with-a-name-of-36-letters-"
    var tensors = try [
      NativeTensor(
        path: "online/weight", tensor: Tensor(floats: [1, 2, 3, 4, 5, 6], shape: [2, 3])),
      NativeTensor(path: "online/xeight", tensor: Tensor(floats: [7], shape: [])),
      NativeTensor(path: "online/pixels", tensor: Tensor(.uint8, shape: [1, 2], bytes: [8, 9])),
      NativeTensor(path: "online/empty", tensor: Tensor(.float64, shape: [0], bytes: [])),
      NativeTensor(path: "group/\(long)", tensor: Tensor(floats: [1], shape: [1])),
    ]
    if isDeep {
      tensors.append(NativeTensor(path: deepest, tensor: try Tensor(floats: [1], shape: [1])))
    }
    let extras: Extras = (
      [
        ("created_by", .text("byol-convert 1.0, with a long text for messages to replace")),
        ("alpha", .text("a")), ("alphb", .text("b")), ("row", .uint32s([1])),
      ],
      [NativeDocument(path: "contract", bytes: Array("{}".utf8), schema: "contract 1.0")]
    )
    return try Specimen(write(tensors, as: "sound.h5", in: folder, extras: extras))
  }

  /// The path of the dataset under as many groups as there may be.
  static let deepest = (0..<31).map { "d\($0)" }.joined(separator: "/") + "/w"
}
