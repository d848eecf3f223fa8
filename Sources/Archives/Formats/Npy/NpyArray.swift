import Tensors

/// The content of an npy file, which npz files share: a header and the elements it describes.
struct NpyArray {
  /// What the file says of its elements.
  let header: NpyHeader
  /// The elements; the scalars of a text as uint32.
  let elements: Tensor

  /// The array that stands for a value: a tensor's own, or one without axes for a number (int64,
  /// float64), a boolean, a text or bytes.
  ///
  /// - Throws: `Failure` (`usage`) that names `place` where the value is none of these.
  init(_ value: Node, at place: String?, title: String) throws {
    switch value {
    case .tensor(let tensor): self.init(tensor)
    case .bool(let value): try self.init(scalar: .bool, [value ? 1 : 0])
    case .real(let value): try self.init(scalar: .float64, littleEndian(value.bitPattern))
    case .integer(let value): try self.init(scalar: .int64, littleEndian(Int64(value)))
    case .text(let text):
      try self.init(padded: text.unicodeScalars.map(\.value), place) { .text($0) }
    case .bytes(let bytes):
      try self.init(padded: bytes, place) { .bytes($0) }
    default:
      throw Failure(
        .usage, place: place, "\(title) files hold arrays, numbers and text, not \(kind(of: value))"
      )
    }
  }

  /// The array of a tensor.
  init(_ tensor: Tensor) {
    let type = NpyType(.number(tensor.elementType), isBigEndian: tensor.layout.isBigEndian)
    self.init(
      header: NpyHeader(
        type: type, isFortran: tensor.layout.order == .columnMajor, shape: tensor.shape),
      elements: tensor)
  }

  /// The array of elements that a header describes.
  init(header: NpyHeader, elements: Tensor) {
    self.header = header
    self.elements = elements
  }

  private init(scalar type: ElementType, _ bytes: [UInt8]) throws {
    elements = try Tensor(type, shape: [], bytes: bytes)
    header = NpyHeader(type: NpyType(.number(type)), isFortran: false, shape: [])
  }

  /// The array of one text: numpy gives an empty one the length 1, and drops zeros at the end.
  private init<Unit: FixedWidthInteger>(
    padded units: [Unit], _ place: String?, _ kind: (Int) -> NpyType.Kind
  ) throws {
    guard units.last != 0 else {
      throw Failure(.usage, place: place, "npy cannot hold text that ends in a zero")
    }
    let units = units.isEmpty ? [0] : units
    elements = try Tensor(
      Unit.bitWidth == 8 ? .uint8 : .uint32, shape: [units.count],
      bytes: units.flatMap { littleEndian($0) })
    header = NpyHeader(type: NpyType(kind(units.count)), isFortran: false, shape: [])
  }

  /// The number of bytes of the npy file.
  var size: Int { header.bytes.count + elements.byteCount }

  /// Calls `body` with the parts of the npy file.
  ///
  /// - Throws: `Failure` where the elements cannot be read, and whatever `body` throws.
  func write(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try unsafe header.bytes.withUnsafeBytes { try unsafe body($0) }
    try unsafe writeElements(body)
  }

  /// Calls `body` with parts of the elements, in the order that the header says.
  func writeElements(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let stored =
      header.isFortran ? elements.permuted(elements.shape.indices.reversed()) : elements
    try unsafe stored.forEachSlab { slab in
      guard header.type.isBigEndian else { return try unsafe body(slab) }
      try unsafe swapped(slab, width: elements.elementType.byteCount).withUnsafeBytes {
        try unsafe body($0)
      }
    }
  }
}

private func kind(of value: Node) -> String {
  switch value {
  case .tensor: "an array"
  case .bool, .integer, .real: "a number"
  case .text, .bytes: "text"
  case .none: "None"
  case .sequence(let kind, _), .mapping(let kind, _): "a \(kind)"
  case .record(let type, _): "a \(type)"
  }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
  value.littleEndianBytes
}

private func swapped(_ bytes: UnsafeRawBufferPointer, width: Int) -> [UInt8] {
  unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { result, count in
    for start in stride(from: 0, to: bytes.count, by: width) {
      for byte in 0..<width { unsafe result[start + byte] = unsafe bytes[start + width - 1 - byte] }
    }
    count = bytes.count
  }
}
