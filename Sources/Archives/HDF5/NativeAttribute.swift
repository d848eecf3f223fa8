import Tensors

/// An attribute of a native file's root or of a dataset.
public struct NativeAttribute: Hashable, Sendable {
  /// The name.
  public let name: String
  /// The value.
  public let value: AttributeValue

  /// A named value.
  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

/// The values that attributes of native files have.
public enum AttributeValue: Hashable, Sendable {
  /// Printable ASCII, stored with a fixed length.
  case text(String)
  /// A row of numbers.
  case uint32s([UInt32])
}

extension NativeAttribute {
  /// Reads and checks an attribute message of version 3.
  init(_ message: Fields) throws {
    var fields = message
    let version: UInt8 = try fields.next()
    let flags: UInt8 = try fields.next()
    let sizes: [UInt16] = try (0..<3).map { _ in try fields.next() }
    let encoding: UInt8 = try fields.next()
    try fields.require(
      version == 3 && flags == 0 && encoding == 0, .attributeForm,
      goingOn: version == 3 && flags == 0,
      expected: "an attribute message of version 3 in ASCII, nothing shared",
      found: "version \(version), flags \(flags), encoding \(encoding)")
    let label = try fields.take(Int(sizes[0]))
    try fields.require(
      label.last == 0 && NativeLayout.isName(label.dropLast()), .attributeForm,
      expected: "a name that ends with NUL", found: "other bytes")
    name = String(decoding: label.dropLast(), as: UTF8.self)
    let type = try fields.take(Int(sizes[1]))
    let space = try Dataspace(try fields.part(Int(sizes[2]), .attributeForm))
    let data = try fields.take(fields.remaining)
    value = try Self.value(data, type: type, space: space, fields)
  }

  private static func value(
    _ data: CheckedBytes, type: CheckedBytes, space: Dataspace, _ fields: Fields
  ) throws -> AttributeValue {
    if space.shape.isEmpty, type.elementsEqual(Datatype.text(UInt32(data.count))) {
      let text = data.prefix { $0 != 0 }
      let padding = CheckedBytes(rebasing: data[text.endIndex...])
      try fields.require(
        text.allSatisfy { (0x20...0x7E).contains($0) } && isZero(padding), .attributeValue,
        expected: "printable ASCII, padded with NUL", found: "other bytes")
      return .text(String(decoding: text, as: UTF8.self))
    }
    try fields.require(
      space.shape.count == 1 && type.elementsEqual(Datatype.message(of: .uint32))
        && data.count == (try space.byteCount(of: 4, fields)),
      .attributeValue, expected: "a text of fixed length or a row of uint32",
      found: "another type, or data of another size")
    return .uint32s(
      stride(from: 0, to: data.count, by: 4).map {
        UInt32(littleEndian: data.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      })
  }
}

extension ObjectHeader {
  /// The attributes, sorted by name; all are stored in the header, in an order without meaning.
  func attributes() throws -> [NativeAttribute] {
    for message in messages(.attributeInfo) {
      try subject.attempt { try checkAttributeInfo(message) }
    }
    var known: Set<String> = []
    let attributes = try messages(.attribute).compactMap { message in
      try subject.attempt {
        let attribute = try NativeAttribute(message)
        try message.require(
          known.insert(attribute.name).inserted, .attributeDistinct,
          expected: "one attribute \(attribute.name)", found: "another")
        return attribute
      }
    }
    return attributes.sorted { $0.name < $1.name }
  }

  private func checkAttributeInfo(_ message: Fields) throws {
    var fields = message
    let version: UInt8 = try fields.next()
    let flags: UInt8 = try fields.next()
    try fields.require(
      version == 0 && flags == 0, .attributeInfo, goingOn: version == 0,
      expected: "attributes without order", found: "version \(version), flags \(flags)")
    // The largest number that was given to an attribute.
    if flags & 1 != 0 { _ = try fields.take(2) }
    let heap: UInt64 = try fields.next()
    let names: UInt64 = try fields.next()
    let isHere = heap == Superblock.undefined && names == Superblock.undefined
    if !isHere { subject.findings?.hide(datasets: false) }
    try fields.require(
      isHere, .attributeInfo, expected: "attributes stored in the header",
      found: "a heap at byte \(hexadecimal(heap))")
    if flags & 2 != 0 { _ = try fields.take(8) }
    try fields.finish()
  }
}
