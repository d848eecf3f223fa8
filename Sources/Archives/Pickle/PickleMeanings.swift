import Tensors

/// What a call of a class or function in a pickle means.
///
/// - Parameter call: the class or function, and what it is given.
/// - Returns: the value that the call would have made.
/// - Throws: `Failure` where it is given what it cannot take.
typealias PickleConstructor = (_ call: PickleCall) throws -> PickleValue

/// A call in a pickle, of which a constructor says what it means.
struct PickleCall {
  /// The class or function.
  let function: PickleGlobal
  /// How: by a call, or by `__new__`.
  let making: PickleObject.Making
  /// What it is given, in order.
  let arguments: [PickleValue]
  /// What it is given, by name.
  let keywords: [PickleMapping.Pair]
  /// What is known of other classes and functions.
  let meanings: PickleMeanings

  /// The argument at `index`, or None where there are fewer.
  subscript(index: Int) -> PickleValue {
    arguments.indices.contains(index) ? arguments[index] : .none
  }

  /// The call as an inert object.
  var inert: PickleValue {
    .object(PickleObject(function, making, arguments, keywords: keywords))
  }

  /// Why the call cannot be made sense of.
  func wrong(expected: String) -> Failure {
    let found = arguments.map(\.kind).joined(separator: ", ")
    return Failure(
      place: function.spelling, expected: expected, found: found.isEmpty ? "nothing" : found)
  }
}

/// What the names in a pickle mean: the classes and functions that make data, and persistent ids.
///
/// A name that is not in the table is an inert record if it is a class's, and refused otherwise; see
/// `PickleTrust`.
struct PickleMeanings {
  /// Constructors by `module.name`; or by `package.*.name` for a name anywhere in a package.
  var constructors: [String: PickleConstructor]
  /// What a persistent id stands for.
  var persistentID: ((PickleValue) throws -> PickleValue)?

  /// Python's, NumPy's, dill's, JAX's and Haiku's constructors; no persistent ids.
  static var standard: PickleMeanings { unsafe PickleMeanings(constructors: standardConstructors) }

  // Never changed, and the closures hold nothing.
  nonisolated(unsafe) private static let standardConstructors: [String: PickleConstructor] = [
    PythonConstructors.table, NumpyConstructors.table, DillConstructors.table,
    JaxConstructors.table,
  ].reduce(into: [:]) { $0.merge($1) { $1 } }

  /// The constructor of that name, or nil.
  func constructor(_ function: PickleGlobal) -> PickleConstructor? {
    if let found = constructors[function.spelling] { return found }
    let package = function.module.prefix { $0 != "." }
    return constructors["\(package).*.\(function.name)"]
  }

  /// What a persistent id stands for.
  ///
  /// - Throws: `Failure` where nobody knows persistent ids.
  func persistent(_ id: PickleValue) throws -> PickleValue {
    guard let persistentID else {
      throw Failure(expected: "values of the pickle's own", found: "a persistent id")
    }
    return try persistentID(id)
  }

  /// What a class or function makes of what it is given.
  ///
  /// - Throws: `Failure` where it is not a class, or not one of data.
  func made(
    _ type: PickleValue, _ making: PickleObject.Making, _ arguments: [PickleValue],
    keywords: [PickleMapping.Pair] = []
  ) throws -> PickleValue {
    guard case .global(let function) = type else {
      throw Failure(expected: "a class or function by name", found: type.kind)
    }
    let call = PickleCall(
      function: function, making: making, arguments: arguments, keywords: keywords, meanings: self)
    if function.fields != nil { return call.inert }
    if let constructor = constructor(function) { return try constructor(call) }
    try PickleTrust.check(function, making)
    return call.inert
  }

  /// Gives `object` its state.
  ///
  /// - Throws: `Failure` where it is nothing that has state.
  func build(_ object: PickleValue, with state: PickleValue) throws {
    switch object {
    case .object(let object): try object.build(state)
    // Attributes of a dictionary, such as the versions that torch notes in its OrderedDict, are not
    // what the file is about; nobody needs them to load it.
    case .mapping(let mapping) where mapping.kind != "dict": break
    default: throw Failure(expected: "an object that has state", found: object.kind)
    }
  }
}
