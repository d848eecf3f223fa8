import Tensors

/// A value on the stack of a pickle's machine: Python's, as far as it is data.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer beyond 64 bits: two's complement, the lowest byte first.
  case longInteger([UInt8])
  case real(Double)
  case text(PickleText)
  case bytes(PickleBytes)
  /// A class or a function, by name; never anything that could be called.
  case global(PickleGlobal)
  case sequence(PickleSequence)
  case mapping(PickleMapping)
  case object(PickleObject)
  case tensor(PickleTensor)

  /// What the value is called in messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a boolean"
    case .integer, .longInteger: "an integer"
    case .real: "a number"
    case .text: "a text"
    case .bytes: "bytes"
    case .global(let global): "the class \(global.spelling)"
    case .sequence(let sequence): "a \(sequence.kind.rawValue)"
    case .mapping(let mapping): "a \(mapping.kind)"
    case .object(let object): "a \(object.type.spelling)"
    case .tensor: "an array"
    }
  }

  /// The value that an object stands for where it stands for one: an array that has its elements,
  /// say.
  var resolved: PickleValue {
    guard case .object(let object) = self, let value = object.value else { return self }
    return value
  }

  /// A text of at most 256 bytes, of Python 2 or 3; nil of any other value.
  var name: String? {
    switch self {
    case .text(let text): text.short
    case .bytes(let bytes) where bytes.kind == .python2: bytes.shortText
    default: nil
    }
  }

  /// A whole number of 64 bits; nil of any other value, booleans too.
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The truth of a boolean, or of 0 and 1, as old files have it; nil of any other value.
  var truth: Bool? {
    switch self {
    case .bool(let value): value
    case .integer(0): false
    case .integer(1): true
    default: nil
    }
  }

  /// The parts of a tuple; nil of any other value.
  var tuple: [PickleValue]? {
    if case .sequence(let sequence) = self, sequence.kind == .tuple { sequence.items } else { nil }
  }

  /// The whole numbers of a tuple or list; nil of any other value.
  var integers: [Int]? {
    guard case .sequence(let sequence) = self else { return nil }
    let numbers = sequence.items.compactMap(\.integer)
    return numbers.count == sequence.items.count ? numbers : nil
  }

  /// A new tuple.
  static func tuple(_ items: [PickleValue]) -> PickleValue {
    .sequence(PickleSequence(.tuple, items))
  }

  /// A short text.
  static func text(_ string: String) -> PickleValue { .text(PickleText(string)) }

  /// What holds parts, or nil of a value without any.
  var container: PickleContainer? {
    switch self {
    case .sequence(let sequence): sequence
    case .mapping(let mapping): mapping
    case .object(let object): object
    default: nil
    }
  }
}

/// A class or function of Python, by name.
final class PickleGlobal {
  /// The module, under its name in Python 3.
  let module: String
  /// The name in the module; with dots where it is inside a class.
  let name: String
  /// Whether it is in a class: its name has dots.
  let isInside: Bool
  /// The names of the fields, where the pickle makes the class itself, as a named tuple.
  let fields: [String]?
  /// `module.Class`; `module:Outer.Inner` where the name has dots, so that it can be taken apart.
  ///
  /// Put together once: a pickle may have a million objects of one class.
  let spelling: String

  /// The most bytes of a module's name, and of a name in it.
  static let byteLimit = 256

  /// A class or function.
  ///
  /// - Throws: `Failure` where a name is none of Python's: longer than any, or with a colon or a
  ///   control character, which would make another name of its spelling.
  init(_ module: String, _ name: String, fields: [String]? = nil) throws {
    for part in [module, name] where !Self.isName(part) {
      throw Failure(
        expected: "a name of Python's, of at most \(Self.byteLimit) bytes",
        found: "'\(part.count > 40 ? part.prefix(40) + "…" : part[...])'")
    }
    let module = Self.renamed[module] ?? module
    self.module = module
    self.name = name
    self.fields = fields
    isInside = name.utf8.contains(UInt8(ascii: "."))
    spelling = module.isEmpty || isInside ? "\(module):\(name)" : "\(module).\(name)"
  }

  private static func isName(_ part: String) -> Bool {
    part.utf8.count <= byteLimit
      && !part.utf8.contains { $0 == UInt8(ascii: ":") || $0 < 0x20 || $0 == 0x7F }
  }

  /// What a spelling means.
  convenience init(spelling: String, fields: [String]? = nil) throws {
    // By scalars: a mark that follows a dot is one character with it.
    let scalars = spelling.unicodeScalars
    guard let cut = scalars.firstIndex(of: ":") ?? scalars.lastIndex(of: ".") else {
      try self.init("", spelling, fields: fields)
      return
    }
    try self.init(
      String(scalars[..<cut]), String(scalars[scalars.index(after: cut)...]), fields: fields)
  }

  /// Modules of Python 2 and their names in Python 3.
  private static let renamed = ["__builtin__": "builtins", "copy_reg": "copyreg"]

  /// The name of a module in a pickle of that protocol: Python 2's in protocol 2, as Python writes it.
  static func pythonTwo(_ module: String, _ version: PickleWriter.Version) -> String {
    guard version == .two else { return module }
    return renamed.first { $0.value == module }?.key ?? module
  }
}
