import Tensors

/// PyTorch's names for types of elements: of classes of storages, and of `torch.dtype`s.
enum TorchType {
  private static let storages: [(name: String, type: ElementType)] = [
    ("FloatStorage", .float32), ("DoubleStorage", .float64), ("HalfStorage", .float16),
    ("BFloat16Storage", .bfloat16), ("LongStorage", .int64), ("IntStorage", .int32),
    ("ShortStorage", .int16), ("CharStorage", .int8), ("ByteStorage", .uint8),
    ("BoolStorage", .bool),
  ]
  private static let synonyms: [String: ElementType] = [
    "float": .float32, "double": .float64, "half": .float16, "long": .int64, "int": .int32,
    "short": .int16,
  ]

  /// The modules that classes of storages are in; old files name the device.
  private static let storageModules = ["torch", "torch.cuda", "torch.storage"]

  /// What a storage's class says of its elements.
  enum Storage: Hashable {
    /// Elements of one type.
    case typed(ElementType)
    /// Bytes, whose type each tensor says.
    case untyped

    /// Bytes of an element.
    var byteCount: Int {
      switch self {
      case .typed(let type): type.byteCount
      case .untyped: 1
      }
    }
  }

  /// The storage whose class is `module.name`.
  ///
  /// - Throws: `Failure` that says what the class is where its elements cannot be read.
  static func storage(_ module: String, _ name: String, place: String) throws -> Storage {
    let isModule = storageModules.contains(module)
    if isModule, name == "UntypedStorage" { return .untyped }
    if isModule, let known = storages.first(where: { $0.name == name }) {
      return .typed(known.type)
    }
    let meaning =
      name.hasPrefix("Complex")
      ? "complex numbers"
      : name.hasPrefix("Q") ? "quantised numbers" : "a class that is none of PyTorch's storages"
    throw Failure(
      place: place, expected: "a storage of booleans, integers or floating-point numbers",
      found: "\(meaning) (\(module).\(name))")
  }

  /// The type that the `torch.dtype` called `name` means, or nil.
  static func type(_ name: String) -> ElementType? { ElementType(rawValue: name) ?? synonyms[name] }

  /// The class of storages of `type`, or nil of those that PyTorch keeps as bytes.
  static func storageName(_ type: ElementType) -> String? {
    storages.first { $0.type == type }?.name
  }
}
