import Tensors

/// The extra fields of a zip header: blocks of an identifier, a length and bytes.
///
/// Source: PKWARE's APPNOTE 6.3.10, sections 4.5 and 4.6.9.
struct ZipExtra {
  /// The sizes and the offset of a header.
  struct Large {
    let size: Int
    let compressedSize: Int
    let offset: Int
  }

  private static let large: UInt16 = 0x0001
  private static let unicodePath: UInt16 = 0x7075

  private var blocks: [UInt16: [UInt8]] = [:]
  private let place: String

  /// Parses the extra fields of the header named `place`.
  ///
  /// Fewer bytes than a block's head may follow
  /// the last block, as some writers' padding does.
  ///
  /// - Throws: `Failure` where a block does not fit, or a block that matters occurs twice.
  init(_ bytes: [UInt8], place: String) throws {
    self.place = place
    try unsafe HeapBytes(bytes).withCheckedBytes { raw in
      var fields = ZipFields(raw, 0..<raw.count, place: place + ", extra field")
      while fields.remaining >= 4 {
        let identifier = try fields.short()
        let length = try fields.short()
        let block = try fields.bytes(Int(length))
        guard [Self.large, Self.unicodePath].contains(identifier) else { continue }
        guard blocks.updateValue(block, forKey: identifier) == nil else {
          throw Failure(
            place: place, expected: "one extra field \(identifier)", found: "several")
        }
      }
    }
  }

  /// The sizes and the offset of a header, where the zip64 block has them in place of 32-bit fields
  /// of 0xffffffff.
  ///
  /// The block holds just the numbers asked for; or all of them in their order, and then those that
  /// the header has too must be the same.
  ///
  /// - Parameters:
  ///   - size: the header's field; so `compressedSize` and `offset`, which local headers lack.
  /// - Throws: `Failure` where the block holds fewer numbers, more, or others.
  func large(size: UInt32, compressedSize: UInt32, offset: UInt32 = 0) throws -> Large {
    let small = [size, compressedSize, offset]
    guard let block = blocks[Self.large] else {
      guard !small.contains(.max) else {
        throw Failure(
          place: place, expected: "a zip64 extra field for sizes of 0xffffffff", found: "none")
      }
      return Large(size: Int(size), compressedSize: Int(compressedSize), offset: Int(offset))
    }
    let isComplete = [16, 24, 28].contains(block.count)
    let isExact = block.count == 8 * small.count { $0 == .max }
    guard isComplete || isExact else {
      throw Failure(
        place: place, expected: "a zip64 extra field that replaces fields of 0xffffffff",
        found: "one of \(block.count) bytes")
    }
    return try unsafe HeapBytes(block).withCheckedBytes { raw in
      var fields = ZipFields(raw, 0..<raw.count, place: place + ", zip64 extra field")
      let numbers = try small.map { number in
        guard number == .max || (!isExact && fields.remaining >= 8) else { return Int(number) }
        let large = try fields.size("a size")
        guard number == .max || large == Int(number) else {
          throw Failure(
            place: place, expected: "\(number) in the zip64 extra field too", found: "\(large)")
        }
        return large
      }
      guard fields.remaining < 8, try fields.remaining == 0 || fields.word() == 0 else {
        throw Failure(
          place: place, expected: "a zip64 extra field of \(fields.position) bytes",
          found: "\(block.count)")
      }
      return Large(size: numbers[0], compressedSize: numbers[1], offset: numbers[2])
    }
  }

  /// Checks that a second name, in Info-ZIP's Unicode path field, is the header's own.
  ///
  /// - Throws: `Failure` where the entry has two names.
  func checkName(_ name: [UInt8]) throws {
    guard let block = blocks[Self.unicodePath] else { return }
    guard block.count >= 5, Array(block[5...]) == name else {
      throw Failure(
        place: place, expected: "one name", found: "another in the Unicode path extra field")
    }
  }
}
