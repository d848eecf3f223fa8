import Tensors

/// The functions in PyTorch's pickles that make tensors of storages.
///
/// Source: `torch/_utils.py`, versions 0.1 to 2.13.
enum TorchConstructors {
  /// The functions by name.
  static var table: [String: PickleConstructor] {
    var table: [String: PickleConstructor] = [
      "torch._utils._rebuild_tensor": { try tensor($0) },
      "torch._utils._rebuild_tensor_v2": { try tensor($0, metadata: 6) },
      "torch._utils._rebuild_tensor_v3": { try tensor($0, metadata: 7, type: 6) },
      "torch._utils._rebuild_parameter": { try first($0) },
      "torch._utils._rebuild_parameter_with_state": { try first($0) },
      "torch._utils._rebuild_device_tensor_from_numpy": { try first($0) },
      "torch.nn.parameter.Parameter": { try first($0) },
      "torch._tensor._rebuild_from_type_v2": { try subclass($0) },
      "torch.jit._pickle.restore_type_tag": { $0[0] },
    ]
    for kind in ["int", "tensor", "double", "bool"] {
      table["torch.jit._pickle.build_\(kind)list"] = { $0[0] }
    }
    for (name, meaning) in refused {
      table["torch._utils.\(name)"] = { call in
        throw Failure(
          place: call.function.spelling, expected: "a tensor with all its elements in a row",
          found: meaning)
      }
    }
    return table
  }

  /// The most axes that a tensor may have.
  private static let axisLimit = 64

  private static let refused = [
    "_rebuild_sparse_tensor": "a sparse tensor",
    "_rebuild_sparse_csr_tensor": "a sparse tensor",
    "_rebuild_qtensor": "a quantised tensor",
    "_rebuild_nested_tensor": "a nested tensor",
    "_rebuild_meta_tensor_no_storage": "a tensor without elements",
    "_rebuild_wrapper_subclass": "a tensor without elements of its own",
    "_rebuild_xla_tensor": "a tensor of XLA's",
  ]

  /// (storage, offset, shape, strides, requires_grad, hooks, [type,] metadata): a view of the storage.
  private static func tensor(
    _ call: PickleCall, metadata: Int? = nil, type: Int? = nil
  ) throws -> PickleValue {
    guard case .object(let object) = call[0], let storage = object as? TorchStorage,
      let offset = call[1].integer, let shape = integers(call[2]),
      let strides = integers(call[3]), shape.count <= axisLimit
    else { throw call.wrong(expected: "a storage, an offset, a shape and strides") }
    if let metadata, case .mapping(let flags) = call[metadata] {
      for flag in flags.pairs where flag.value.truth != false {
        throw Failure(
          place: call.function.spelling, expected: "elements as they are",
          found: "a view that changes them (\(flag.key.name ?? "unknown"))")
      }
    }
    var elementType: ElementType?
    if let type {
      guard case .global(let global) = call[type], global.module == "torch",
        let known = TorchType.type(global.name)
      else { throw call.wrong(expected: "a type of booleans, integers or floating-point numbers") }
      elementType = known
    }
    return try storage.tensor(elementType, offset: offset, shape: shape, strides: strides)
  }

  /// (tensor, ...): the tensor.
  private static func first(_ call: PickleCall) throws -> PickleValue {
    switch call[0].resolved {
    case .tensor, .none: return call[0].resolved
    default: throw call.wrong(expected: "a tensor")
    }
  }

  /// (function, class, arguments, state): what the function makes of the arguments.
  private static func subclass(_ call: PickleCall) throws -> PickleValue {
    guard case .global = call[0], let arguments = call[2].tuple else {
      throw call.wrong(expected: "a function, a class and arguments")
    }
    return try call.meanings.made(call[0], .call, arguments)
  }

  /// The whole numbers of a tuple or a `torch.Size`.
  private static func integers(_ value: PickleValue) -> [Int]? {
    if case .object(let object) = value, object.type.spelling == "torch.Size" {
      return object.arguments.first?.integers
    }
    return value.integers
  }
}

extension PickleMeanings {
  /// The standard names, and PyTorch's tensors over the storages that `persistentID` gives.
  static func torch(
    _ persistentID: @escaping (PickleValue) throws -> PickleValue
  ) -> PickleMeanings {
    var meanings = standard
    meanings.constructors.merge(TorchConstructors.table) { $1 }
    meanings.persistentID = persistentID
    return meanings
  }
}
