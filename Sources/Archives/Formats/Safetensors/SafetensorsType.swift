import Tensors

/// The names that safetensors gives types of elements.
enum SafetensorsType {
  private static let codes: [(code: String, type: ElementType)] = [
    ("BOOL", .bool), ("U8", .uint8), ("I8", .int8), ("U16", .uint16), ("I16", .int16),
    ("U32", .uint32), ("I32", .int32), ("U64", .uint64), ("I64", .int64),
    ("F16", .float16), ("BF16", .bfloat16), ("F32", .float32), ("F64", .float64),
  ]

  /// The type called `code`.
  ///
  /// - Throws: `Failure` that names `place` and what the code means.
  static func type(_ code: String, place: String) throws -> ElementType {
    if let known = codes.first(where: { $0.code == code }) { return known.type }
    let meaning =
      switch code {
      case "F4", "F6_E2M3", "F6_E3M2": "numbers of less than a byte"
      case _ where code.hasPrefix("F8_"): "floating-point numbers of one byte"
      case "C64": "complex numbers"
      default: "an unknown type"
      }
    throw Failure(
      place: place, expected: "a dtype among \(codes.map(\.code).joined(separator: ", "))",
      found: "'\(code)', \(meaning)")
  }

  /// What a type is called.
  static func code(_ type: ElementType) -> String {
    codes.first { $0.type == type }?.code ?? type.rawValue
  }
}
