import Tensors

/// The elements of a tensor that a protobuf message keeps as packed numbers of variable length,
/// decoded when they are asked for.
///
/// Numbers stand for themselves, and in a field of 32-bit integers for the bits of a half type too.
struct VarintBytes: ByteSource {
  private let packed: ByteSlice
  private let elementType: ElementType
  private let place: String
  let count: Int

  /// The `packed` numbers as elements of a type.
  ///
  /// - Throws: `Failure` (`badInput`) where there are not as many numbers as `elements`.
  init(_ packed: ByteSlice, _ elementType: ElementType, elements: Int, place: String) throws {
    self.packed = packed
    self.elementType = elementType
    self.place = place
    // Every number ends with a byte below 128; that many fit into memory eight times as large.
    let numbers = try unsafe packed.withBytes { bytes in unsafe bytes.count { $0 < 0x80 } }
    guard numbers == elements else {
      throw Failure(place: place, expected: "\(elements) numbers", found: "\(numbers)")
    }
    count = elements * elementType.byteCount
  }

  var fileName: String? { packed.fileName }

  /// The elements in memory of their own.
  ///
  /// - Throws: `Failure` (`badInput`) where a number is none, or none of the type.
  func resolved() throws -> any ByteSource {
    let result = try OwnedBytes(count: count)
    try unsafe packed.withCheckedBytes { bytes in
      var fields = ProtobufFields(bytes, 0..<bytes.count, place: place)
      switch elementType {
      case .bool: try decode(UInt8.self, &fields, into: result, limit: 1)
      case .uint8: try decode(UInt8.self, &fields, into: result)
      case .int8: try decode(Int8.self, &fields, into: result)
      case .uint16, .float16, .bfloat16: try decode(UInt16.self, &fields, into: result)
      case .int16: try decode(Int16.self, &fields, into: result)
      case .uint32: try decode(UInt32.self, &fields, into: result)
      case .int32, .float32: try decode(Int32.self, &fields, into: result)
      case .int64, .float64: try decode(Int64.self, &fields, into: result)
      case .uint64:
        try decode(into: result) { try fields.varint() }
      }
      guard fields.isAtEnd else {
        throw Failure(place: place, expected: "the end of the numbers", found: "more bytes")
      }
    }
    return result
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe resolved().withBytes(body)
  }

  /// Decodes signed numbers of 64 bits, each of which must be one of `Number`'s.
  private func decode<Number: FixedWidthInteger>(
    _: Number.Type, _ fields: inout ProtobufFields, into result: OwnedBytes,
    limit: Number = .max
  ) throws {
    try decode(into: result) {
      let value = Int64(bitPattern: try fields.varint())
      guard let number = Number(exactly: value), number <= limit else {
        throw Failure(
          place: place, expected: "numbers of \(elementType.rawValue)", found: "\(value)")
      }
      return number
    }
  }

  private func decode<Number: FixedWidthInteger>(
    into result: OwnedBytes, _ next: () throws -> Number
  ) throws {
    let width = MemoryLayout<Number>.size
    for offset in stride(from: 0, to: count, by: width) {
      unsafe result.mutable.storeBytes(
        of: try next().littleEndian, toByteOffset: offset, as: Number.self)
    }
  }
}
