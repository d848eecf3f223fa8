import Tensors

/// An npy file's array as a tensor, and back: what npy and npz files share.
enum NpyArray {
  /// The tensor of an npy file of `size` bytes.
  ///
  /// - Parameters:
  ///   - source: all bytes of the npy file.
  ///   - place: what messages call the array.
  ///   - beginning: gives the first bytes, so that a compressed source is not inflated whole.
  /// - Throws: `Failure` (`badInput`) where the header is refused or the elements do not fill the
  ///   rest of the file exactly.
  static func read(
    _ source: any ByteSource, place: String = "array", beginning: (Int) throws -> [UInt8]
  ) throws -> Tensor {
    let (header, start) = try NpyHeader.read(beginning)
    guard let bytes = header.dataByteCount, bytes == source.count - start else {
      throw Failure(
        place: place,
        expected: "\(header.dataByteCount.map(String.init) ?? "2^63 or more") bytes for "
          + "\(header.elementType.rawValue) \(header.shape)",
        found: "\(source.count - start)")
    }
    let checked =
      header.elementType == .bool ? BooleanBytes(source, from: start, place: place) : source
    // A Fortran array is the transpose of a C array of the reversed shape.
    let stored = try Tensor(
      header.elementType, shape: header.isFortran ? header.shape.reversed() : header.shape,
      offset: start, bigEndian: header.isBigEndian, source: checked)
    var tensor = header.isFortran ? stored.permuted(header.shape.indices.reversed()) : stored
    tensor.layout = StoredLayout(
      order: header.isFortran ? .columnMajor : .rowMajor, isBigEndian: header.isBigEndian)
    return tensor
  }

  /// Calls `body` with the parts of the npy file that holds `tensor`.
  ///
  /// - Throws: `Failure` where the tensor's bytes cannot be read, and whatever `body` throws.
  static func write(_ tensor: Tensor, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let header = NpyHeader(of: tensor)
    try header.bytes.withUnsafeBytes { try body($0) }
    let stored = header.isFortran ? tensor.permuted(tensor.shape.indices.reversed()) : tensor
    try stored.forEachSlab { slab in
      guard header.isBigEndian else { return try body(slab) }
      try swapped(slab, width: tensor.elementType.byteCount).withUnsafeBytes { try body($0) }
    }
  }

  /// The number of bytes of the npy file that holds `tensor`.
  static func size(of tensor: Tensor) -> Int {
    NpyHeader(of: tensor).bytes.count + tensor.byteCount
  }

  /// The tensor that stands for a value: itself, or a scalar of int64, float64 or bool.
  ///
  /// - Throws: `Failure` (`usage`) that names a value that is neither.
  static func tensor(of value: Node, at place: String?, title: String) throws -> Tensor {
    switch value {
    case .tensor(let tensor): return tensor
    case .bool(let value): return try Tensor(.bool, shape: [], bytes: [value ? 1 : 0])
    case .real(let value): return try Tensor(doubles: [value], shape: [])
    case .integer(let value):
      let bytes = withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) }
      return try Tensor(.int64, shape: [], bytes: bytes)
    default:
      throw Failure(
        .usage, place: place, "\(title) files hold arrays and numbers, not \(kind(value))")
    }
  }

  private static func kind(_ value: Node) -> String {
    switch value {
    case .tensor, .bool, .integer, .real: "a number"
    case .none: "None"
    case .text: "text"
    case .bytes: "bytes"
    case .sequence(let kind, _), .mapping(let kind, _): "a \(kind)"
    case .record(let type, _): "a \(type)"
    }
  }

  private static func swapped(_ bytes: UnsafeRawBufferPointer, width: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count) { result, count in
      for start in stride(from: 0, to: bytes.count, by: width) {
        for byte in 0..<width { result[start + byte] = bytes[start + width - 1 - byte] }
      }
      count = bytes.count
    }
  }
}
