import Tensors

/// Writes a tree as Flax does, in MessagePack's shortest forms.
struct MsgpackWriter {
  private let file: OutputFile
  private let chunkSize: Int

  /// A writer at the current position of `file` that cuts arrays of more than `chunkSize` bytes.
  init(_ file: OutputFile, chunkSize: Int) {
    self.file = file
    self.chunkSize = chunkSize
  }

  /// Writes a value with all its parts.
  ///
  /// - Throws: `Failure` (`usage`) that names a part that cannot be held; (`inputOutput`).
  func write(_ root: Node) throws { try write(root, at: []) }

  private func write(_ node: Node, at path: [Key]) throws {
    guard path.count <= MsgpackReader.depthLimit else {
      throw refusal(path, "a tree of more than \(MsgpackReader.depthLimit) levels")
    }
    var head = MsgpackHead()
    switch node {
    case .none: head.put(UInt8(0xC0))
    case .bool(let value): head.put(UInt8(value ? 0xC3 : 0xC2))
    case .integer(let value): head.put(integer: value)
    case .real(let value): head.put(real: value)
    case .text(let text): head.put(text: text)
    case .bytes(let bytes):
      guard UInt32(exactly: bytes.count) != nil else { throw refusal(path, "so many bytes") }
      head.put(bytes: bytes.count)
      try file.write(head.bytes)
      return try file.write(bytes)
    case .tensor(let tensor):
      return try tensor.byteCount > chunkSize && !path.isEmpty
        ? writeChunks(tensor, at: path) : write(tensor, as: .array, at: path)
    case .sequence("list", let values):
      head.put(array: values.count)
      try file.write(head.bytes)
      for (number, value) in values.enumerated() { try write(value, at: path + [.number(number)]) }
      return
    case .mapping(_, let entries): return try write(entries, at: path)
    case .record(MsgpackExtension.scalarType, let entries):
      guard entries.count == 1, case .tensor(let tensor)? = node["value"], tensor.shape.isEmpty
      else { throw refusal(path, "a NumPy scalar without a value") }
      return try write(tensor, as: .scalar, at: path)
    case .record(MsgpackExtension.complexType, let entries):
      guard entries.count == 2, case .real(let real)? = node["real"],
        case .real(let imaginary)? = node["imag"]
      else { throw refusal(path, "a complex number without two parts") }
      head.put(extension: MsgpackExtension.complex.rawValue, count: 19)
      head.put(array: 2)
      head.put(real: real)
      head.put(real: imaginary)
    case .sequence(let kind, _): throw refusal(path, "a \(kind)")
    case .record(let type, _): throw refusal(path, "a \(type)")
    }
    try file.write(head.bytes)
  }

  private func write(_ entries: [Node.Entry], at path: [Key]) throws {
    var head = MsgpackHead()
    head.put(map: entries.count)
    try file.write(head.bytes)
    for entry in entries {
      guard case .text(let key) = entry.key else {
        throw refusal(path + [entry.key], "a key that is no text")
      }
      guard key != MsgpackChunks.marker else {
        throw refusal(path + [entry.key], "a key that marks the chunks of an array")
      }
      var head = MsgpackHead()
      head.put(text: key)
      try file.write(head.bytes)
      try write(entry.value, at: path + [entry.key])
    }
  }

  /// Writes an extension that holds a tensor.
  private func write(_ tensor: Tensor, as type: MsgpackExtension, at path: [Key]) throws {
    var inner = MsgpackHead()
    inner.put(array: 3)
    inner.put(array: tensor.shape.count)
    for length in tensor.shape { inner.put(integer: length) }
    inner.put(text: tensor.elementType.rawValue)
    inner.put(bytes: tensor.byteCount)
    let count = inner.bytes.count + tensor.byteCount
    guard UInt32(exactly: count) != nil else { throw refusal(path, "an array of 2^32 bytes") }
    var head = MsgpackHead()
    head.put(extension: type.rawValue, count: count)
    try file.write(head.bytes + inner.bytes)
    try unsafe tensor.forEachSlab { try unsafe file.write($0) }
  }

  /// Writes a tensor as the map that Flax makes of a large one.
  private func writeChunks(_ tensor: Tensor, at path: [Key]) throws {
    let length = max(1, chunkSize / tensor.elementType.byteCount)
    let starts = Array(stride(from: 0, to: tensor.count, by: length))
    var head = MsgpackHead()
    head.put(map: 3)
    head.put(text: MsgpackChunks.marker)
    head.put(UInt8(0xC3))
    head.put(text: MsgpackChunks.shapeKey)
    head.put(map: tensor.shape.count)
    for (axis, length) in tensor.shape.enumerated() {
      head.put(text: String(axis))
      head.put(integer: length)
    }
    head.put(text: MsgpackChunks.chunksKey)
    head.put(map: starts.count)
    try file.write(head.bytes)
    try unsafe tensor.withBytes { all in
      for (number, start) in starts.enumerated() {
        let count = min(length, tensor.count - start)
        let width = tensor.elementType.byteCount
        var head = MsgpackHead()
        var inner = MsgpackHead()
        inner.put(array: 3)
        inner.put(array: 1)
        inner.put(integer: count)
        inner.put(text: tensor.elementType.rawValue)
        inner.put(bytes: count * width)
        head.put(text: String(number))
        head.put(
          extension: MsgpackExtension.array.rawValue, count: inner.bytes.count + count * width)
        try file.write(head.bytes + inner.bytes)
        try unsafe file.write(
          UnsafeRawBufferPointer(rebasing: all[start * width..<(start + count) * width]))
      }
    }
  }

  private func refusal(_ path: [Key], _ what: String) -> Failure {
    Failure(
      .usage, place: path.map(\.description).joined(separator: "/"),
      "msgpack files cannot hold \(what)")
  }
}
