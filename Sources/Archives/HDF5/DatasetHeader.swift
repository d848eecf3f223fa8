import Tensors

/// What a dataset's header says, checked.
struct DatasetHeader {
  let elementType: ElementType
  let shape: [Int]
  /// The first byte in the file; 0 where the dataset is empty.
  let offset: Int
  let byteCount: Int
  let digest: Digest
  /// Nil where the dataset is a tensor, and of a document the name and version of its schema.
  let schema: String?
  let attributes: [NativeAttribute]

  /// Reads and checks the messages of a dataset's header in a file of `fileSize` bytes.
  ///
  /// - Returns: the header, nil where something of it is not known to a reader that lists its findings;
  ///   and the bytes of the file that hold the elements, nil where they are not known.
  static func read(
    _ header: ObjectHeader, fileSize: Int
  ) throws -> (header: DatasetHeader?, storage: Range<Int>?) {
    let subject = header.subject
    try header.allow([.dataspace, .datatype, .fillValue, .layout, .attribute, .attributeInfo])
    let attributes = try header.attributes()
    let digest = try subject.attempt { try Self.digest(attributes, header) }
    let stored = try subject.attempt { try Self.stored(header) }
    let kind = try subject.attempt { try Self.kind(attributes, stored: stored, header) }
    let space = try subject.attempt { try Dataspace(try header.only(.dataspace)) }
    let byteCount =
      try subject.attempt { () -> Int? in
        guard let space, let stored else { return nil }
        let message = try header.only(.dataspace)
        return try space.byteCount(of: stored.byteCount, message)
      } ?? nil
    if let kind, let space, kind.schema != nil {
      try subject.require(
        (stored ?? .uint8) == .uint8 && space.shape.count == 1, .document,
        at: header.blocks.first?.lowerBound, goingOn: true,
        expected: "a document in a row of uint8", found: "\(kind.type) \(space.shape)")
    }
    try subject.attempt { try Self.checkFillValue(try header.only(.fillValue)) }
    let storage = try subject.attempt(hidesBytes: true) {
      try Self.storage(try header.only(.layout), of: byteCount, in: fileSize)
    }
    guard let digest, let kind, let space, let byteCount, let storage, storage.count == byteCount,
      kind.schema == nil || stored == .uint8
    else {
      subject.findings?.hide(bytes: false)
      return (nil, storage)
    }
    let read = DatasetHeader(
      elementType: kind.type, shape: space.shape, offset: storage.lowerBound, byteCount: byteCount,
      digest: digest, schema: kind.schema, attributes: attributes)
    return (read, storage)
  }

  /// The type of the elements as they are stored.
  private static func stored(_ header: ObjectHeader) throws -> ElementType {
    var type = try header.only(.datatype)
    let message = try type.take(type.remaining)
    guard let stored = Datatype.elementType(of: message) else {
      throw type.subject.failure(
        .datatype, at: type.end - message.count,
        expected: "the type of \(ElementType.allCases.map(\.rawValue).joined(separator: ", "))",
        found: "a type of class \(message.first.map { $0 & 0xF } ?? 0)")
    }
    return stored
  }

  private static func text(_ name: String, _ attributes: [NativeAttribute]) -> String? {
    for attribute in attributes where attribute.name == name {
      if case .text(let text) = attribute.value { return text }
    }
    return nil
  }

  private static func digest(
    _ attributes: [NativeAttribute], _ header: ObjectHeader
  ) throws -> Digest {
    let text = text(NativeLayout.Attribute.digest, attributes)
    guard let digest = text.flatMap({ Digest(hex: $0) }) else {
      throw header.subject.failure(
        .digestAttribute, at: header.blocks.first?.lowerBound,
        expected: "an attribute sha256 of 64 hexadecimal digits", found: text ?? "no such text")
    }
    return digest
  }

  /// The element type of a tensor, or uint8 and the schema of a document.
  private static func kind(
    _ attributes: [NativeAttribute], stored: ElementType?, _ header: ObjectHeader
  ) throws -> (type: ElementType, schema: String?) {
    let name = text(NativeLayout.Attribute.elementType, attributes)
    let schema = text(NativeLayout.Attribute.schema, attributes)
    try header.subject.require(
      (name == nil) != (schema == nil), .kindAttribute, at: header.blocks.first?.lowerBound,
      expected: "an attribute dtype or schema",
      found: name == nil ? "neither, as text" : "both")
    guard let name else { return (stored ?? .uint8, schema) }
    // A type that is none of ours has been reported.
    guard let stored else { throw ProfileStop() }
    let named = ElementType(rawValue: name)
    guard let named, named == stored || (named == .bool && stored == .uint8) else {
      throw header.subject.failure(
        .datatypeName, at: header.blocks.first?.lowerBound,
        expected: "dtype \(stored.rawValue)\(stored == .uint8 ? " or bool" : "")", found: name)
    }
    return (named, nil)
  }

  /// Version 3; allocated early (1), filled never (1 << 2), no value.
  private static func checkFillValue(_ message: Fields) throws {
    var fields = message
    let version: UInt8 = try fields.next()
    let flags: UInt8 = try fields.next()
    try fields.require(
      version == 3 && flags == 0b101, .fillValue,
      expected: "storage allocated early and never filled",
      found: "version \(version), flags \(hexadecimal(flags))")
    try fields.finish()
  }

  /// Where the dataset's bytes lie, which are `byteCount` if that is known; at 0 where there are none.
  private static func storage(
    _ message: Fields, of byteCount: Int?, in fileSize: Int
  ) throws -> Range<Int> {
    var fields = message
    let version: UInt8 = try fields.next()
    let kind: UInt8 = try fields.next()
    try fields.require(
      version == 3 && kind == 1, .layout, expected: "contiguous storage (version 3, class 1)",
      found: "version \(version), class \(kind)")
    let address: UInt64 = try fields.next()
    let size: UInt64 = try fields.next()
    try fields.finish()
    if let byteCount {
      try fields.require(
        size == UInt64(byteCount), .layoutSize, goingOn: true, expected: "\(byteCount) bytes",
        found: "\(size)")
    }
    guard size > 0 else {
      try fields.require(
        address == Superblock.undefined, .layoutAlignment, goingOn: true,
        expected: "no storage of an empty dataset", found: "storage at byte \(address)")
      return 0..<0
    }
    try fields.require(
      address % UInt64(NativeLayout.alignment) == 0, .layoutAlignment, goingOn: true,
      expected: "storage at a multiple of \(NativeLayout.alignment)", found: "byte \(address)")
    try fields.require(
      size <= UInt64(fileSize) && address <= UInt64(fileSize) - size, .layoutBounds,
      expected: "\(size) bytes inside the file's \(fileSize)", found: "byte \(address)")
    return Int(address)..<Int(address + size)
  }
}
