import Tensors

/// An initializer of an ONNX graph: a `TensorProto`, read strictly.
///
/// Its numbers are taken from exactly one field, and lie in the file: fixed-size ones are a view of
/// it, numbers of variable length are decoded when they are asked for. Data in another file is
/// refused, whatever its name: no file is opened but the one that the user named.
struct OnnxTensorReader {
  /// The tensor's name: a UTF-8 text without control characters.
  private(set) var name = ""
  private var lengths: [Int] = []
  private var elementType: Int64?
  private var data: (field: Int, range: Range<Int>)?
  private var externalFile: String?
  private var isExternal = false
  private let file: any ByteSource
  private let number: Int

  /// The most axes of a tensor.
  private static let axisLimit = 32

  /// Reads the fields of the `number`th initializer, which lies in `range`.
  ///
  /// - Throws: `Failure` (`badInput`).
  init(
    _ bytes: CheckedBytes, _ range: Range<Int>, number: Int, of file: any ByteSource
  ) throws {
    self.file = file
    self.number = number
    var fields = ProtobufFields(bytes, range, place: "initializer \(number)")
    while let field = try fields.next() { try take(field, bytes) }
  }

  /// The tensor.
  ///
  /// - Throws: `Failure` (`badInput`) where type, lengths and data do not fit together.
  func tensor() throws -> Tensor {
    guard !isExternal else {
      throw Failure(
        .badInput, place: place,
        "the tensor's data is in another file\(externalFile.map { " ('\($0)')" } ?? ""), which is "
          + "not opened; save the model with its data inside")
    }
    guard let elementType, let type = ElementType(onnxNumber: elementType) else {
      throw Failure(
        place: place, expected: "a type of whole, floating-point or boolean numbers",
        found: elementType.map { "type \($0) of TensorProto" } ?? "none")
    }
    let shape = try shape
    guard let count = Tensor.elementCount(of: shape) else {
      throw Failure(place: place, expected: "a shape that can be counted", found: "\(shape)")
    }
    guard let data else {
      guard count == 0 else {
        throw Failure(place: place, expected: "data of \(count) elements", found: "none")
      }
      return try Tensor(type, shape: shape, bytes: [])
    }
    let source = ByteSlice(file, data.range)
    switch (data.field, type) {
    case (OnnxNumbers.Tensor.raw, _), (OnnxNumbers.Tensor.floats, .float32),
      (OnnxNumbers.Tensor.doubles, .float64):
      let (size, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
      guard !overflow, size == source.count else {
        throw Failure(
          place: place, expected: "\(count) elements of \(type.rawValue)",
          found: "\(source.count) bytes")
      }
      return try Tensor(type, shape: shape, source: source)
    case (OnnxNumbers.Tensor.int64s, .int64),
      (OnnxNumbers.Tensor.uint64s, .uint64), (OnnxNumbers.Tensor.uint64s, .uint32),
      (OnnxNumbers.Tensor.int32s, .bool), (OnnxNumbers.Tensor.int32s, .uint8),
      (OnnxNumbers.Tensor.int32s, .int8), (OnnxNumbers.Tensor.int32s, .uint16),
      (OnnxNumbers.Tensor.int32s, .int16), (OnnxNumbers.Tensor.int32s, .int32),
      (OnnxNumbers.Tensor.int32s, .float16), (OnnxNumbers.Tensor.int32s, .bfloat16):
      return try Tensor(
        type, shape: shape,
        source: VarintBytes(source, type, elements: count, place: place))
    default:
      throw Failure(
        place: place, expected: "\(type.rawValue) in a field for it",
        found: "field \(data.field) of TensorProto")
    }
  }

  /// How messages call the tensor.
  var place: String { name.isEmpty ? "initializer \(number)" : "initializer '\(name)'" }

  private mutating func take(_ field: ProtobufField, _ bytes: CheckedBytes) throws {
    switch field.number {
    case OnnxNumbers.Tensor.name:
      try once(name.isEmpty, "name")
      name = try OnnxText.name(bytes[try field.part], place: field.place)
    case OnnxNumbers.Tensor.elementType:
      try once(elementType == nil, "type")
      elementType = try field.integer
    case OnnxNumbers.Tensor.lengths: try addLengths(field, bytes)
    case OnnxNumbers.Tensor.externalData:
      isExternal = true
      externalFile = try externalFile ?? OnnxText.property(bytes, field, key: "location")
    case OnnxNumbers.Tensor.dataLocation:
      if try field.integer != 0 { isExternal = true }
    case OnnxNumbers.Tensor.segment:
      throw Failure(place: place, expected: "a whole tensor", found: "a segment of one")
    case OnnxNumbers.Tensor.raw, OnnxNumbers.Tensor.floats, OnnxNumbers.Tensor.doubles,
      OnnxNumbers.Tensor.int32s, OnnxNumbers.Tensor.int64s, OnnxNumbers.Tensor.uint64s,
      OnnxNumbers.Tensor.strings:
      // Numbers in several pieces are legal, and nobody writes them.
      try once(data == nil, "data field, in one piece")
      data = (field.number, try field.part)
    default: break
    }
  }

  /// Lengths are packed or not: writers of both kinds are about.
  private mutating func addLengths(_ field: ProtobufField, _ bytes: CheckedBytes) throws {
    guard case .part(let range) = field.value else { return add(length: try field.integer) }
    var numbers = ProtobufFields(bytes, range, place: place)
    while !numbers.isAtEnd { add(length: Int64(bitPattern: try numbers.varint())) }
  }

  /// Keeps a length, or one more than the limit allows, which `shape` then refuses by the tensor's
  /// name: that comes later in the message.
  private mutating func add(length: Int64) {
    if lengths.count <= Self.axisLimit { lengths.append(Int(length)) }
  }

  /// The length of each axis.
  private var shape: [Int] {
    get throws {
      guard lengths.count <= Self.axisLimit, lengths.allSatisfy({ $0 >= 0 }) else {
        throw Failure(
          place: place, expected: "at most \(Self.axisLimit) axes of 0 or more elements",
          found: lengths.count > Self.axisLimit ? "more axes" : "\(lengths)")
      }
      return lengths
    }
  }

  private func once(_ isFirst: Bool, _ what: String) throws {
    guard isFirst else { throw Failure(place: place, expected: "one \(what)", found: "several") }
  }
}
