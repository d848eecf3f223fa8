import Tensors

/// The type of an npy file's elements, as its header's type string says: `<f4`, `|b1`, `<U5`.
///
/// A void of two bytes is bfloat16: ml_dtypes, whose bfloat16 numpy programs use, is saved by numpy
/// as `<V2`, since npy has no name for it.
struct NpyType: Equatable {
  /// What an element is.
  enum Kind: Equatable {
    /// A number or a boolean.
    case number(ElementType)
    /// That many Unicode scalars of four bytes, padded with zeros.
    case text(Int)
    /// That many bytes, padded with zeros.
    case bytes(Int)
    /// Python's objects, kept as a pickle instead of elements.
    case objects
  }

  /// What an element is.
  let kind: Kind
  /// Whether the elements are big-endian.
  let isBigEndian: Bool

  private static let codes: [(code: String, type: ElementType)] = [
    ("b1", .bool), ("u1", .uint8), ("i1", .int8), ("u2", .uint16), ("i2", .int16),
    ("u4", .uint32), ("i4", .int32), ("u8", .uint64), ("i8", .int64),
    ("f2", .float16), ("V2", .bfloat16), ("f4", .float32), ("f8", .float64),
  ]

  /// The most bytes that one text may have.
  private static let textLimit = 1 << 20

  /// A type; the order of single bytes says nothing and is little-endian.
  init(_ kind: Kind, isBigEndian: Bool = false) {
    self.kind = kind
    self.isBigEndian =
      switch kind {
      case .number(let type): isBigEndian && type.byteCount > 1
      case .text: isBigEndian
      case .bytes, .objects: false
      }
  }

  /// The type that a type string stands for.
  ///
  /// - Throws: `Failure` that says what the type string means where it cannot be read.
  init(descriptor: String) throws {
    let order = descriptor.first.flatMap { "<>|".contains($0) ? $0 : nil }
    let code = descriptor.dropFirst(order == nil ? 0 : 1)
    guard let kind = Self.kind(code) else {
      throw Failure(
        place: "npy header", expected: "bool, integers, floating-point numbers or text",
        found: "\(Self.meaning(code)) ('\(descriptor)')")
    }
    guard let order, order != "|" || !Self.needsOrder(kind), order == "|" || kind != .objects else {
      throw Failure(
        place: "npy header", expected: "a type that says the order of its bytes",
        found: "'\(descriptor)'")
    }
    self.init(kind, isBigEndian: order == ">")
  }

  /// The type string.
  var descriptor: String {
    switch kind {
    case .number(let type):
      let code = Self.codes.first { $0.type == type }?.code ?? type.rawValue
      return (type.byteCount == 1 ? "|" : isBigEndian ? ">" : "<") + code
    case .text(let count): return "\(isBigEndian ? ">" : "<")U\(count)"
    case .bytes(let count): return "|S\(count)"
    case .objects: return "|O"
    }
  }

  /// The bytes of an element; none of an object, whose size is in its pickle.
  var byteCount: Int {
    switch kind {
    case .number(let type): type.byteCount
    case .text(let count): 4 * count
    case .bytes(let count): count
    case .objects: 0
    }
  }

  /// The type of numbers that a type string without an order stands for, or nil.
  static func number(code: Substring) -> ElementType? {
    codes.first { $0.code == code }?.type
  }

  private static func kind(_ code: Substring) -> Kind? {
    if let number = number(code: code) { return .number(number) }
    // Python 2 noted the width of its pointers.
    if ["O", "O4", "O8"].contains(code) { return .objects }
    let digits = code.dropFirst()
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(digits),
      (1...textLimit / 4).contains(count)
    else { return nil }
    return switch code.first {
    case "U": .text(count)
    case "S": .bytes(count)
    default: nil
    }
  }

  /// Whether a type string must say the order of bytes; ml_dtypes' voids may leave it out.
  private static func needsOrder(_ kind: Kind) -> Bool {
    switch kind {
    case .number(let type): type.byteCount > 1 && type != .bfloat16
    case .text: true
    case .bytes, .objects: false
    }
  }

  private static func meaning(_ code: Substring) -> String {
    switch code.first {
    case "c": "complex numbers"
    case "f": "floating-point numbers of a width that depends on the machine"
    case "U", "S", "a": "text of no length, or of more than \(textLimit) bytes"
    case "M", "m": "dates or durations"
    case "V": "raw bytes"
    default: "an unknown type"
    }
  }
}
