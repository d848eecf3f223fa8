import Tensors

/// What the header of a safetensors file says: names, types, shapes and places, each checked.
struct SafetensorsHeader {
  /// A tensor of the header.
  struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Its bytes in the file.
    let range: Range<Int>
  }

  /// The tensors, in the header's order.
  private(set) var tensors: [Entry] = []
  /// The texts of `__metadata__`, in its order.
  private(set) var metadata: [(key: String, value: String)] = []

  /// The most bytes that a header may have; the reference's own limit.
  static let limit = 100_000_000
  /// The most axes that a tensor may have.
  static let axisLimit = 64
  /// The key under which texts are kept.
  static let metadataKey = "__metadata__"

  /// The length of the header that the first eight bytes say, or nil where there are fewer.
  static func length(_ bytes: CheckedBytes) -> UInt64? {
    guard bytes.count >= 8 else { return nil }
    return UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
  }

  /// Reads and checks the header of the file `bytes`.
  ///
  /// - Throws: `Failure` (`badInput`) that names the tensor or the byte of the header.
  init(_ bytes: CheckedBytes) throws {
    guard let length = Self.length(bytes) else {
      throw Failure(place: "byte 0", expected: "8 bytes of length", found: "\(bytes.count) bytes")
    }
    guard length <= Self.limit, length <= bytes.count - 8 else {
      throw Failure(
        place: "byte 0",
        expected: "a header of at most \(min(Self.limit, bytes.count - 8)) bytes",
        found: "\(length)")
    }
    let start = 8 + Int(length)
    let header = CheckedBytes(rebasing: bytes[8..<start])
    guard header.first == UInt8(ascii: "{") else {
      throw Failure(place: "byte 8", expected: "a header that begins with '{'", found: "another")
    }
    try parse(header, dataStart: start, dataSize: bytes.count - start)
    try checkCover(start..<bytes.count)
  }

  private mutating func parse(
    _ header: CheckedBytes, dataStart: Int, dataSize: Int
  ) throws {
    var scanner = JSONScanner(header, place: "header")
    var tensors: [Entry] = []
    var metadata: [(key: String, value: String)] = []
    try scanner.object { scanner, key in
      guard key != Self.metadataKey else {
        return try scanner.object { metadata.append(($1, try $0.string())) }
      }
      tensors.append(
        try Self.entry(key, &scanner, dataStart: dataStart, dataSize: dataSize))
    }
    try scanner.end()
    (self.tensors, self.metadata) = (tensors, metadata)
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner, dataStart: Int, dataSize: Int
  ) throws -> Entry {
    let place = "tensor '\(name)'"
    guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw scanner.failure(expected: "a name of printable characters", found: "others")
    }
    var code: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { scanner, key in
      switch key {
      case "dtype": code = try scanner.string()
      case "shape": shape = try numbers(&scanner, atMost: axisLimit)
      case "data_offsets": offsets = try numbers(&scanner, atMost: 2)
      default:
        throw scanner.failure(expected: "dtype, shape and data_offsets", found: "'\(key)'")
      }
    }
    guard let code, let shape, let offsets, offsets.count == 2 else {
      throw Failure(
        place: place, expected: "dtype, shape and two data_offsets", found: "fewer fields")
    }
    let type = try SafetensorsType.type(code, place: place)
    guard offsets[0] <= offsets[1], offsets[1] <= dataSize else {
      throw Failure(
        place: place, expected: "offsets in order, within \(dataSize) bytes", found: "\(offsets)")
    }
    let needed = type.byteCount(of: shape)
    guard needed == offsets[1] - offsets[0] else {
      throw Failure(
        place: place,
        expected: "\(needed.map(String.init) ?? "2^63 or more") bytes for \(code) \(shape)",
        found: "\(offsets[1] - offsets[0])")
    }
    return Entry(
      name: name, type: type, shape: shape,
      range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private static func numbers(_ scanner: inout JSONScanner, atMost limit: Int) throws -> [Int] {
    var numbers: [Int] = []
    try scanner.array { scanner in
      guard numbers.count < limit else {
        throw scanner.failure(expected: "at most \(limit) numbers", found: "more")
      }
      numbers.append(try scanner.wholeNumber())
    }
    return numbers
  }

  /// Checks that the tensors, one after another, are all of the buffer.
  private func checkCover(_ buffer: Range<Int>) throws {
    let order = tensors.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var position = buffer.lowerBound
    for entry in order {
      guard entry.range.lowerBound == position else {
        throw Failure(
          place: "tensor '\(entry.name)'",
          expected: "bytes from \(position - buffer.lowerBound) on, where the one before ends",
          found: "\(entry.range.lowerBound - buffer.lowerBound): tensors overlap or leave a hole")
      }
      position = entry.range.upperBound
    }
    guard position == buffer.upperBound else {
      throw Failure(
        place: "byte \(position)", expected: "the end of the file",
        found: "\(buffer.upperBound - position) bytes of no tensor")
    }
  }
}
