import Tensors

/// An array that Flax cut into chunks: a map of a marker, the shape, and flat arrays.
enum MsgpackChunks {
  /// The key that tells such a map from others; its value is true.
  static let marker = "__msgpack_chunked_array__"
  /// The key of the shape: a map from `0`, `1` and so on to lengths.
  static let shapeKey = "shape"
  /// The key of the chunks: a map from `0`, `1` and so on to flat arrays.
  static let chunksKey = "chunks"

  /// The array that the entries of such a map describe.
  static func join(_ entries: [Node.Entry]) throws -> Tensor {
    let place = "chunked array"
    let map = Node.mapping(kind: "dict", entries)
    guard entries.count == 3, case .bool(true)? = map[marker],
      let lengths = numbered(map[shapeKey]), let parts = numbered(map[chunksKey])
    else {
      throw Failure(
        place: place, expected: "\(marker), \(shapeKey) and \(chunksKey)", found: "something else")
    }
    let shape = try lengths.map { length in
      guard case .integer(let length) = length, length >= 0 else {
        throw Failure(place: place, expected: "lengths as its shape", found: "something else")
      }
      return length
    }
    let tensors = try parts.map { part in
      guard case .tensor(let tensor) = part, tensor.shape.count == 1 else {
        throw Failure(place: place, expected: "flat arrays as chunks", found: "something else")
      }
      return tensor
    }
    guard let type = tensors.first?.elementType, tensors.allSatisfy({ $0.elementType == type })
    else {
      throw Failure(place: place, expected: "chunks of one type", found: "none, or others")
    }
    let source = JoinedBytes(tensors)
    guard type.byteCount(of: shape) == source.count else {
      throw Failure(
        place: place, expected: "the bytes of \(type.rawValue) \(shape)", found: "\(source.count)")
    }
    return try Tensor(type, shape: shape, source: source)
  }

  /// The values of a map whose keys are `0`, `1` and so on, in any order.
  private static func numbered(_ node: Node?) -> [Node]? {
    guard case .mapping(_, let entries)? = node else { return nil }
    let values = Dictionary(
      entries.map { ($0.key.description, $0.value) }, uniquingKeysWith: { first, _ in first })
    let ordered = entries.indices.compactMap { values[String($0)] }
    return ordered.count == entries.count ? ordered : nil
  }
}

/// The bytes of several tensors one after another, put together when they are asked for.
private struct JoinedBytes: ByteSource {
  let tensors: [Tensor]
  let count: Int

  init(_ tensors: [Tensor]) {
    self.tensors = tensors
    count = tensors.reduce(0) { $0 + $1.byteCount }
  }

  func resolved() throws -> any ByteSource {
    let result = try OwnedBytes(count: count)
    var position = 0
    for tensor in tensors {
      try unsafe tensor.forEachSlab { part in
        unsafe UnsafeMutableRawBufferPointer(rebasing: result.mutable[position...]).copyMemory(
          from: part)
        position += part.count
      }
    }
    return result
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe resolved().withBytes(body)
  }
}
