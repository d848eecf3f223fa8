import Tensors

/// The constructors of dill, by which DeepMind's checkpoints are pickled.
enum DillConstructors {
  /// The constructors by name.
  static var table: [String: PickleConstructor] {
    [
      "dill.*._create_namedtuple": namedTuple,
      "dill.*._import_module": \.inert,
      "dill.*._get_attr": attribute,
      "dill.*._create_array": NumpyConstructors.rebuilt,
      "dill.*._load_type": type,
      "dill.*._create_type": newType,
    ]
  }

  /// `_create_namedtuple(name, fields, module, defaults=None)`: the class itself.
  private static func namedTuple(_ call: PickleCall) throws -> PickleValue {
    guard let name = call[0].name, let module = call[2].name,
      let fields = call[1].tuple?.map(\.name), !fields.contains(nil)
    else { throw call.wrong(expected: "a name, names of fields and a module") }
    let names = fields.compactMap { $0 }
    guard Set(names).count == names.count, !names.contains(where: { $0.hasPrefix("_") }) else {
      throw call.wrong(expected: "names of fields that a named tuple can have")
    }
    return .global(try PickleGlobal(module, name, fields: names))
  }

  /// `_get_attr(module, name)` of a module that `_import_module` stands for, or of a class.
  private static func attribute(_ call: PickleCall) throws -> PickleValue {
    guard let name = call[1].name else { throw call.wrong(expected: "a module and a name") }
    switch call[0] {
    case .object(let module) where module.type.name == "_import_module":
      guard let path = module.arguments.first?.name else { break }
      return .global(try PickleGlobal(path, name))
    case .global(let type):
      return .global(try type.inside(name))
    default: break
    }
    throw call.wrong(expected: "a module and a name")
  }

  /// `_load_type(name)`: a class of Python's that has no name of its own.
  private static func type(_ call: PickleCall) throws -> PickleValue {
    guard let name = call[0].name else { throw call.wrong(expected: "the name of a class") }
    return .global(try PickleGlobal(call.function.module, name))
  }

  /// `_create_type(metaclass, name, bases, attributes)`: a class, of which only the name is kept.
  private static func newType(_ call: PickleCall) throws -> PickleValue {
    guard let name = call[1].name, case .mapping(let attributes) = call[3] else {
      throw call.wrong(expected: "a class, a name, bases and attributes")
    }
    let module = attributes.pairs.first { $0.key.name == "__module__" }?.value.name
    return .global(try PickleGlobal(module ?? "__main__", name))
  }
}
