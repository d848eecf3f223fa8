import Tensors

/// Python's own constructors of data.
enum PythonConstructors {
  /// The constructors by name.
  static var table: [String: PickleConstructor] {
    [
      "_codecs.encode": encoded,
      "builtins.bytes": { try bytes($0, .bytes) },
      "builtins.bytearray": { try bytes($0, .bytearray) },
      "builtins.list": { .sequence(PickleSequence(.list, try items($0))) },
      "builtins.tuple": { .tuple(try items($0)) },
      "builtins.set": { .sequence(PickleSequence(.set, try items($0))) },
      "builtins.frozenset": { .sequence(PickleSequence(.frozenset, try items($0))) },
      "builtins.dict": { try mapping("dict", $0, $0[0]) },
      "builtins.complex": \.inert,
      "builtins.getattr": attribute,
      "collections.OrderedDict": { try mapping("OrderedDict", $0, $0[0]) },
      "collections.Counter": { try mapping("Counter", $0, $0[0]) },
      "collections.defaultdict": defaultDict,
      "copyreg._reconstructor": reconstructed,
      "copyreg.__newobj_ex__": newWithKeywords,
      "copyreg.__newobj__": { try $0.meanings.made($0[0], .new, Array($0.arguments.dropFirst())) },
    ]
  }

  /// `mapping(pairs)` of a dictionary, of a list of pairs, or of nothing.
  static func mapping(
    _ kind: String, _ call: PickleCall, _ source: PickleValue
  ) throws -> PickleValue {
    switch source {
    case .none: return .mapping(PickleMapping(kind))
    case .mapping(let mapping): return .mapping(PickleMapping(kind, mapping.pairs))
    case .sequence(let sequence):
      let pairs = try sequence.items.map { item -> PickleMapping.Pair in
        guard case .sequence(let pair) = item, pair.items.count == 2 else {
          throw call.wrong(expected: "pairs of a key and a value")
        }
        return (pair.items[0], pair.items[1])
      }
      return .mapping(PickleMapping(kind, pairs))
    default: throw call.wrong(expected: "a dictionary")
    }
  }

  private static func items(_ call: PickleCall) throws -> [PickleValue] {
    if call.arguments.isEmpty { return [] }
    guard call.arguments.count == 1, case .sequence(let sequence) = call[0] else {
      throw call.wrong(expected: "a sequence")
    }
    return sequence.items
  }

  /// `defaultdict(factory)`; the kind names the factory, if there is one.
  private static func defaultDict(_ call: PickleCall) throws -> PickleValue {
    guard case .global(let factory) = call[0] else {
      return try mapping("defaultdict", call, call[1])
    }
    return try mapping("defaultdict \(factory.spelling)", call, call[1])
  }

  /// `_codecs.encode(text, 'latin1')`: how protocols 0 to 2 keep bytes.
  private static func encoded(_ call: PickleCall) throws -> PickleValue {
    guard case .text(let text) = call[0], isLatin1(call[1]) else {
      throw call.wrong(expected: "a text and 'latin1'")
    }
    return .bytes(text.latin1())
  }

  private static func bytes(
    _ call: PickleCall, _ kind: PickleBytes.Kind
  ) throws -> PickleValue {
    switch call[0] {
    case .none where call.arguments.isEmpty: return .bytes(PickleBytes(HeapBytes([]), kind))
    case .bytes(let bytes): return .bytes(PickleBytes(bytes, as: kind))
    case .text(let text) where isLatin1(call[1]):
      return .bytes(PickleBytes(text.latin1(), as: kind))
    default: throw call.wrong(expected: "bytes, or a text and 'latin1'")
    }
  }

  private static func isLatin1(_ name: PickleValue) -> Bool {
    ["latin1", "latin-1", "iso-8859-1"].contains(name.name)
  }

  /// `getattr(Class, name)`: a name in a class, or of a method; never called.
  private static func attribute(_ call: PickleCall) throws -> PickleValue {
    guard let name = call[1].name, case .global(let type) = call[0] else {
      throw call.wrong(expected: "a class and the name of a method")
    }
    return .global(try type.inside(name))
  }

  /// `copyreg.__newobj_ex__(cls, arguments, keywords)`: `NEWOBJ_EX` before protocol 4.
  private static func newWithKeywords(_ call: PickleCall) throws -> PickleValue {
    guard let arguments = call[1].tuple, case .mapping(let keywords) = call[2] else {
      throw call.wrong(expected: "a class and its arguments")
    }
    return try call.meanings.made(call[0], .new, arguments, keywords: keywords.pairs)
  }

  /// `copyreg._reconstructor(cls, base, state)`: how protocols 0 and 1 make objects.
  private static func reconstructed(_ call: PickleCall) throws -> PickleValue {
    guard call.arguments.count == 3, case .global = call[0], case .global(let base) = call[1] else {
      throw call.wrong(expected: "a class, its base and a state")
    }
    // A named tuple is made of its items.
    if base.spelling == "builtins.tuple", let items = call[2].tuple {
      return try call.meanings.made(call[0], .new, items)
    }
    if case .none = call[2] { return try call.meanings.made(call[0], .new, []) }
    return try call.meanings.made(call[0], .new, [call[2]])
  }
}
