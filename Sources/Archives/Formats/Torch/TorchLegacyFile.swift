import Tensors

/// A file of PyTorch's before version 1.6: five pickles (a magic number, the version of the format,
/// the system, the object, the storages' keys), then each storage: a count and its elements.
///
/// The object's pickle comes before the places of the storages are known, so it is read twice: first
/// for the storages' classes and counts.
struct TorchLegacyFile {
  private let file: any ByteSource

  /// The magic number's pickle: protocol 2, and ten bytes of integer.
  private static let magic: [UInt8] = [
    0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]
  /// Where the protocol byte and the STOP are, which other protocols of pickle have otherwise.
  private static let number = 2..<14
  /// The most bytes up to the magic number's end: behind a frame's head.
  static let magicEnd = 11 + number.count
  /// The version of the format.
  private static let version = 1001

  /// Whether bytes begin with the magic number, in a pickle of protocol 2 or later.
  static func isMagic(_ bytes: [UInt8]) -> Bool {
    // Protocols from 4 on put a frame of nine bytes before it.
    let start = bytes.count > 11 && bytes[2] == 0x95 ? 11 : 2
    return bytes.count >= start + number.count && bytes[0] == 0x80
      && bytes[start..<start + number.count].elementsEqual(magic[number])
  }

  /// The file whose bytes are `file`.
  init(_ file: any ByteSource) { self.file = file }

  /// The tree of the object.
  ///
  /// - Throws: `Failure` where the file is damaged, or has bytes of nothing.
  func tree() throws -> Node {
    let start = try checkHeader()
    let known = TorchLegacyStorages(fileOf: file.count)
    let first = try Pickle(file, at: start, .torch { try known.note($0) })
    let keys = try Pickle(file, at: first.end)
    try place(known, keys, from: keys.end)
    return try Pickle(file, at: start, .torch { try known.storage($0) }).node()
  }

  /// Reads what comes before the object, and says where the object begins.
  private func checkHeader() throws -> Int {
    guard Self.isMagic(try file.firstBytes(Self.magicEnd)) else {
      throw Failure(place: "byte 0", expected: "PyTorch's magic number", found: "other bytes")
    }
    let magic = try Pickle(file)
    let version = try Pickle(file, at: magic.end)
    guard version.value.integer == Self.version else {
      throw Failure(
        place: "byte \(magic.end)", expected: "version \(Self.version) of the format",
        found: version.value.integer.map { String($0) } ?? version.value.kind)
    }
    let system = try Pickle(file, at: version.end)
    guard case .mapping = system.value else {
      throw Failure(
        place: "byte \(version.end)", expected: "a dictionary about the system",
        found: system.value.kind)
    }
    return system.end
  }

  /// Finds the bytes of each storage; they and their counts are the rest of the file.
  private func place(_ storages: TorchLegacyStorages, _ keys: Pickle, from start: Int) throws {
    guard case .sequence(let list) = keys.value else {
      throw Failure(
        place: "keys of the storages", expected: "a list", found: keys.value.kind)
    }
    var position = start
    for item in list.items {
      guard let key = item.name ?? item.integer.map({ String($0) }) else {
        throw Failure(place: "keys of the storages", expected: "names", found: item.kind)
      }
      position = try storages.place(key, in: file, at: position)
    }
    guard position == file.count else {
      throw Failure(
        place: "byte \(position)", expected: "the end of the file",
        found: "\(file.count - position) bytes of no storage")
    }
  }
}
