import Tensors

extension NpyArray {
  /// The value that an npy file holds: a tensor, the text, bytes or object of an array without axes,
  /// or a record of an array of objects.
  ///
  /// - Parameters:
  ///   - source: all bytes of the npy file.
  ///   - place: what messages call the array.
  ///   - objectLimit: the most bytes of a pickle of objects, which is resolved whole.
  ///   - beginning: gives the first bytes, so that a compressed source is not inflated whole.
  /// - Throws: `Failure` (`badInput`) where the header is refused, where the elements do not fill the
  ///   rest of the file exactly, or where the array holds several texts.
  static func read(
    _ source: any ByteSource, place: String = "array", objectLimit: Int = .max,
    beginning: (Int) throws -> [UInt8]
  ) throws -> Node {
    let (header, start) = try NpyHeader.read(beginning)
    if header.type.kind == .objects {
      guard source.count <= objectLimit else {
        throw Failure(
          place: place, expected: "objects of at most \(objectLimit) bytes, compressed",
          found: "\(source.count)")
      }
      return try NpyObjects.read(source.resolved(), from: start, shape: header.shape)
    }
    guard let bytes = header.dataByteCount, bytes == source.count - start else {
      throw Failure(
        place: place,
        expected: "\(header.dataByteCount.map(String.init) ?? "2^63 or more") bytes for "
          + "'\(header.type.descriptor)' \(header.shape)",
        found: "\(source.count - start)")
    }
    switch header.type.kind {
    case .number(let type): return .tensor(try tensor(header, type, source, from: start, place))
    case .text, .bytes, .objects:
      guard header.shape.isEmpty else {
        throw Failure(
          place: place, expected: "one text or arrays of numbers",
          found: "an array of texts ('\(header.type.descriptor)' \(header.shape))")
      }
      return try unsafe source.withCheckedBytes { try text($0[start...], header.type, place) }
    }
  }

  /// The tensor of an array whose elements begin at byte `start` of `source`.
  static func tensor(
    _ header: NpyHeader, _ type: ElementType, _ source: any ByteSource, from start: Int,
    _ place: String
  ) throws -> Tensor {
    // A Fortran array is the transpose of a C array of the reversed shape.
    let stored = try Tensor(
      type, shape: header.isFortran ? header.shape.reversed() : header.shape, offset: start,
      bigEndian: header.type.isBigEndian,
      source: type == .bool ? BooleanBytes(source, from: start, place: place) : source)
    var tensor = header.isFortran ? stored.permuted(header.shape.indices.reversed()) : stored
    tensor.layout = StoredLayout(
      order: header.isFortran ? .columnMajor : .rowMajor, isBigEndian: header.type.isBigEndian)
    return tensor
  }

  /// The text without the zeros that fill it up.
  private static func text(
    _ bytes: Slice<CheckedBytes>, _ type: NpyType, _ place: String
  ) throws -> Node {
    guard case .text(let count) = type.kind else {
      let end = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex
      return .bytes(Array(bytes[..<end]))
    }
    var text = String.UnicodeScalarView()
    var zeros = 0
    for unit in 0..<count {
      let four = bytes.dropFirst(4 * unit).prefix(4)
      let value = (type.isBigEndian ? Array(four) : four.reversed())
        .reduce(0) { $0 << 8 | UInt32($1) }
      guard let scalar = Unicode.Scalar(value) else {
        throw Failure(
          place: place, expected: "Unicode text", found: "0x\(String(value, radix: 16))")
      }
      if value == 0 {
        zeros += 1
        continue
      }
      text.append(contentsOf: repeatElement("\0", count: zeros))
      text.append(scalar)
      zeros = 0
    }
    return .text(String(text))
  }
}
