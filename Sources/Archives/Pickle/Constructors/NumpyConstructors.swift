import Tensors

/// NumPy's constructors: arrays, data types and scalars, of NumPy 1 and 2.
enum NumpyConstructors {
  /// The constructors by name.
  static var table: [String: PickleConstructor] {
    [
      // In `numpy.core.multiarray`, in `numpy._core.multiarray`, in `numpy.core._multiarray_umath`
      // or in `numpy`.
      "numpy.*._reconstruct": { .object(NumpyArray($0.function, .call, $0.arguments)) },
      "numpy.ndarray": { .object(NumpyArray($0.function, $0.making, $0.arguments)) },
      "numpy.dtype": dataType,
      "numpy.*.scalar": scalar,
      "numpy.*._frombuffer": array,
    ]
  }

  private static func dataType(_ call: PickleCall) throws -> PickleValue {
    .object(NumpyDataType(call.function, call.making, call.arguments))
  }

  /// `(function, arguments, state, ...)`, as dill and JAX have it: the array that the function makes,
  /// with its state.
  static func rebuilt(_ call: PickleCall) throws -> PickleValue {
    guard let arguments = call[1].tuple else {
      throw call.wrong(expected: "a function, its arguments and a state")
    }
    let made = try call.meanings.made(call[0], .call, arguments)
    guard case .object(let array) = made, array is NumpyArray else {
      throw call.wrong(expected: "an array's constructor")
    }
    try array.build(call[2])
    return made
  }

  private static func scalar(_ call: PickleCall) throws -> PickleValue {
    let scalar = NumpyScalar(call.function, call.making, call.arguments)
    if case .object(let object) = call[0], let type = object as? NumpyDataType,
      let element = type.element, case .bytes(let bytes) = call[1]
    {
      scalar.tensor = try NumpyArray.tensor(element, shape: [], isFortran: false, bytes)
    }
    return .object(scalar)
  }

  /// `_frombuffer(buffer, dtype, shape, order, axis_order=None)`: protocol 5.
  private static func array(_ call: PickleCall) throws -> PickleValue {
    guard case .bytes(let bytes) = call[0], case .object(let object) = call[1],
      let type = object as? NumpyDataType, let shape = call[2].integers, let order = call[3].name
    else { throw call.wrong(expected: "bytes, a data type, a shape and an order") }
    guard let element = type.element else { return call.inert }
    let tensor = try NumpyArray.tensor(element, shape: shape, isFortran: order == "F", bytes)
    guard order == "K", let axes = call[4].integers else {
      return .tensor(PickleTensor(tensor))
    }
    guard axes.sorted() == Array(shape.indices) else {
      throw call.wrong(expected: "each axis once")
    }
    let strides = axes.map { Tensor.rowMajorStrides(shape)[$0] }
    var permuted = tensor.permuted(axes)
    permuted.layout = StoredLayout(order: .strided(strides), isBigEndian: element.isBigEndian)
    return .tensor(PickleTensor(permuted))
  }
}

/// `numpy.dtype(code)`, and its state, which says the order of bytes.
final class NumpyDataType: PickleObject {
  /// The type of a tensor's elements; nil where a tensor cannot have it.
  private(set) var element: NpyType?
  /// Whether elements are objects, which the pickle lists.
  private(set) var isObject = false

  init(_ type: PickleGlobal, _ making: Making, _ arguments: [PickleValue]) {
    super.init(type, making, arguments)
    switch arguments.first {
    case .global(let global):
      let name = global.name.hasSuffix("_") ? String(global.name.dropLast()) : global.name
      element = ElementType(rawValue: name).map { NpyType(.number($0)) }
    case let code?:
      let text = code.name ?? ""
      let isOrdered = text.first.map { "<>|=".contains($0) } ?? false
      isObject = ["O", "O4", "O8"].contains(isOrdered ? String(text.dropFirst()) : text)
      element = NpyType.number(code: isOrdered ? text.dropFirst() : text[...]).map {
        NpyType(.number($0), isBigEndian: text.first == ">")
      }
    case nil: break
    }
  }

  /// The state: version, order of bytes, subtype, names, fields, and sizes.
  override func build(_ state: PickleValue) throws {
    try super.build(state)
    guard let parts = state.tuple, parts.count >= 5, let order = parts[1].name else {
      throw Failure(place: "numpy.dtype", expected: "a state of 5 parts or more", found: state.kind)
    }
    for part in parts[2...4] {
      if case .none = part { continue }
      // Records, and arrays as elements.
      element = nil
      isObject = false
    }
    if order == ">", let kind = element?.kind { element = NpyType(kind, isBigEndian: true) }
  }
}

/// A scalar of NumPy.
final class NumpyScalar: PickleObject {
  /// The scalar without axes; nil where a tensor cannot hold it.
  var tensor: Tensor?
}

/// An array of NumPy, whose shape, type and elements come as its state.
final class NumpyArray: PickleObject {
  /// The shape and the elements of an array of objects.
  private(set) var objects: (shape: [Int], values: [PickleValue])?

  init(_ type: PickleGlobal, _ making: Making, _ arguments: [PickleValue]) {
    super.init(type, making, arguments)
  }

  override func build(_ state: PickleValue) throws {
    try super.build(state)
    if case .global(let type)? = arguments.first, type.module != "numpy" || type.name != "ndarray" {
      return  // a class of its own, with a meaning of its own
    }
    guard var parts = state.tuple, parts.count >= 4 else { throw wrong(state) }
    // NumPy's first files had no version.
    if parts.count >= 5 { parts.removeFirst() }
    guard let shape = parts[0].integers, case .object(let object) = parts[1],
      let type = object as? NumpyDataType, let isFortran = parts[2].truth
    else { throw wrong(state) }
    switch parts[3] {
    case .bytes(let bytes):
      guard let element = type.element else { return }
      value = .tensor(
        PickleTensor(try Self.tensor(element, shape: shape, isFortran: isFortran, bytes)))
    case .sequence(let values) where type.isObject:
      guard Tensor.elementCount(of: shape) == values.items.count else {
        throw Failure(
          place: "array", expected: "objects for \(shape)", found: "\(values.items.count)")
      }
      objects = (shape, values.items)
    default: break
    }
  }

  override func removeAll() {
    super.removeAll()
    objects = nil
  }

  /// The tensor of an array's bytes, which stay where they are.
  ///
  /// - Throws: `Failure` where they are not as many as the shape needs.
  static func tensor(
    _ type: NpyType, shape: [Int], isFortran: Bool, _ bytes: PickleBytes
  ) throws -> Tensor {
    let header = NpyHeader(type: type, isFortran: isFortran, shape: shape)
    guard case .number(let element) = type.kind, shape.count <= NpyHeader.axisLimit,
      let count = header.dataByteCount
    else { throw Failure(place: "array", expected: "a shape of lengths", found: "\(shape)") }
    do {
      return try NpyArray.tensor(
        header, element, try bytes.source(count: count), from: 0, "array")
    } catch var failure as Failure {
      failure.place = failure.place ?? "array '\(type.descriptor)' \(shape)"
      throw failure
    }
  }

  private func wrong(_ state: PickleValue) -> Failure {
    Failure(
      place: "array", expected: "a shape, a data type, an order and elements", found: state.kind)
  }
}
