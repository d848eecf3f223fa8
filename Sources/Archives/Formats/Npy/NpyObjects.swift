import Tensors

/// The content of an npy file of Python's objects: a header, and a pickle of the array.
///
/// `numpy.save` of a dictionary, which is how some people keep checkpoints, makes an array of one object
/// and no axes. Its pickle is read by the machine that calls nothing.
struct NpyObjects {
  private let header: NpyHeader
  private let root: Node

  /// The array without axes of a value, or the array of objects that a record stands for.
  init(_ value: Node) {
    var shape: [Int] = []
    var root = Node.record(
      type: PickleRecord.objects,
      [
        Node.Entry(.text("shape"), .sequence(kind: "tuple", [])),
        Node.Entry(.text("values"), .sequence(kind: "list", [value])),
      ])
    if case .record(PickleRecord.objects, _) = value,
      case .sequence(_, let lengths)? = value["shape"]
    {
      shape = lengths.map { if case .integer(let length) = $0 { length } else { 0 } }
      root = value
    }
    header = NpyHeader(type: NpyType(.objects), isFortran: false, shape: shape)
    self.root = root
  }

  /// Whether a value is written as an object: one that is no array of numbers, number or text.
  static func holds(_ value: Node) -> Bool {
    switch value {
    case .none, .sequence, .mapping, .record: true
    case .tensor, .bool, .integer, .real, .text, .bytes: false
    }
  }

  /// The number of bytes of the npy file.
  ///
  /// - Throws: `Failure` (`usage`) where the value cannot be written.
  func size() throws -> Int {
    header.bytes.count + (try PickleWriter.size(of: root, .four))
  }

  /// Calls `body` with the parts of the npy file.
  ///
  /// - Throws: `Failure` where a tensor cannot be read, and whatever `body` throws.
  func write(_ body: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    try unsafe header.bytes.withUnsafeBytes { try unsafe body($0) }
    try unsafe PickleWriter(.four, body).write(root)
  }

  /// The value that the pickle from `start` to the end of `source` holds.
  ///
  /// - Throws: `Failure` (`badInput`) where it is no pickle of an array of that shape.
  static func read(
    _ source: any ByteSource, from start: Int, shape: [Int]
  ) throws -> Node {
    let pickle = try Pickle(source, at: start)
    guard pickle.end == source.count else {
      throw Failure(
        place: "pickle, byte \(pickle.end)", expected: "the end of the array",
        found: "\(source.count - pickle.end) bytes more")
    }
    guard case .record(PickleRecord.objects, _) = try pickle.node(),
      case .object(let object) = pickle.value, let objects = (object as? NumpyArray)?.objects,
      objects.shape == shape
    else {
      throw Failure(
        place: "pickle", expected: "an array of objects of shape \(shape)",
        found: pickle.value.kind)
    }
    guard shape.isEmpty, let value = objects.values.first else { return try pickle.node() }
    return try pickle.node(of: value)
  }
}
