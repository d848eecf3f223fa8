import Tensors

/// The type strings of npy headers: `<f4`, `|b1` and so on.
///
/// A void of two bytes is bfloat16: ml_dtypes, whose bfloat16 numpy programs use, is saved by numpy
/// as `<V2`, since npy has no name for it.
enum NpyType {
  private static let codes: [(code: String, type: ElementType)] = [
    ("b1", .bool), ("u1", .uint8), ("i1", .int8), ("u2", .uint16), ("i2", .int16),
    ("u4", .uint32), ("i4", .int32), ("u8", .uint64), ("i8", .int64),
    ("f2", .float16), ("V2", .bfloat16), ("f4", .float32), ("f8", .float64),
  ]

  /// The type string of an element type.
  static func descriptor(_ type: ElementType, isBigEndian: Bool) -> String {
    let code = codes.first { $0.type == type }?.code ?? type.rawValue
    return (type.byteCount == 1 ? "|" : isBigEndian ? ">" : "<") + code
  }

  /// The element type and byte order of a type string.
  ///
  /// - Throws: `Failure` that says what the type string means where a tensor cannot have it.
  static func parse(_ descriptor: String) throws -> (type: ElementType, isBigEndian: Bool) {
    let order = descriptor.first.flatMap { "<>|".contains($0) ? $0 : nil }
    let code = descriptor.dropFirst(order == nil ? 0 : 1)
    let isObject = code == "O" || code == "O8" || code == "O4"
    let known = codes.first { $0.code == code }?.type
    guard !isObject, let order, let known,
      order != "|" || known.byteCount == 1 || known == .bfloat16
    else {
      throw Failure(
        place: "npy header", expected: "bool, integers or floating-point numbers",
        found: isObject
          ? "Python objects, kept as a pickle ('\(descriptor)'), which is not read from npy"
          : "\(kind(code)) ('\(descriptor)')")
    }
    return (known, order == ">" && known.byteCount > 1)
  }

  private static func kind(_ code: Substring) -> String {
    switch code.first {
    case "c": "complex numbers"
    case "f": "floating-point numbers of a width that depends on the machine"
    case "U", "S", "a": "text"
    case "M", "m": "dates or durations"
    case "V": "raw bytes"
    default: "an unknown type"
    }
  }
}
