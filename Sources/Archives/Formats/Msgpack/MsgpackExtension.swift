import Tensors

/// What Flax keeps in MessagePack's extension types.
enum MsgpackExtension: Int8 {
  /// An array: shape, name of the type, bytes in row-major order.
  case array = 1
  /// A complex number: two floating-point numbers.
  case complex = 2
  /// A NumPy scalar: an array without axes.
  case scalar = 3

  /// The record that stands for a NumPy scalar; its key is `value`.
  static let scalarType = "numpy.scalar"
  /// The record that stands for a complex number; its keys are `real` and `imag`.
  static let complexType = "complex"
  /// The most axes that an array may have.
  static let axisLimit = 64

  /// The array that `bytes[range]` describes, as a view of `file`.
  static func tensor(
    _ file: any ByteSource, _ bytes: CheckedBytes, _ range: Range<Int>
  ) throws -> Tensor {
    var scanner = MsgpackScanner(bytes, range)
    func refused(_ found: String) -> Failure {
      scanner.failure(range.lowerBound, expected: "an array's shape, type and bytes", found: found)
    }
    guard case .array(3) = try scanner.next(), case .array(let axes) = try scanner.next(),
      axes <= axisLimit
    else { throw refused("something else") }
    var shape: [Int] = []
    for _ in 0..<axes {
      guard case .integer(let length) = try scanner.next(), length >= 0 else {
        throw refused("a length that is no whole number")
      }
      shape.append(length)
    }
    let name: String
    switch try scanner.next() {
    case .text(let range), .bytes(let range): name = try scanner.text(range)
    default: throw refused("no type")
    }
    guard let type = ElementType(rawValue: name) else {
      throw scanner.failure(
        range.lowerBound,
        expected: "a type among \(ElementType.allCases.map(\.rawValue).joined(separator: ", "))",
        found: "'\(name.prefix(64))'")
    }
    guard case .bytes(let content) = try scanner.next(), scanner.remaining == 0 else {
      throw refused("no bytes, or something after them")
    }
    let needed = type.byteCount(of: shape)
    guard needed == content.count else {
      throw scanner.failure(
        content.lowerBound,
        expected: "\(needed.map(String.init) ?? "2^63 or more") bytes for \(name) \(shape)",
        found: "\(content.count)")
    }
    let slice = ByteSlice(file, content)
    let source: any ByteSource =
      type == .bool
      ? BooleanBytes(slice, from: 0, place: "array at byte \(content.lowerBound)") : slice
    return try Tensor(type, shape: shape, source: source)
  }

  /// The complex number that `bytes[range]` describes.
  static func complex(_ bytes: CheckedBytes, _ range: Range<Int>) throws -> Node {
    var scanner = MsgpackScanner(bytes, range)
    guard case .array(2) = try scanner.next(), case .real(let real) = try scanner.next(),
      case .real(let imaginary) = try scanner.next(), scanner.remaining == 0
    else {
      throw scanner.failure(
        range.lowerBound, expected: "the two parts of a complex number", found: "something else")
    }
    return .record(
      type: complexType,
      [Node.Entry(.text("real"), .real(real)), Node.Entry(.text("imag"), .real(imaginary))])
  }
}
