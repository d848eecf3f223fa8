import Tensors

/// The constructors of JAX's arrays, and of the mappings of Haiku and Flax.
enum JaxConstructors {
  /// The constructors by name.
  static var table: [String: PickleConstructor] {
    [
      "jax.*._reconstruct_array": array,
      "jax.*.reconstruct_device_array": array,
      "haiku.*.frozendict": mapping,
      "haiku.*.FlatMapping": mapping,
      "flax.*.FrozenDict": mapping,
    ]
  }

  /// `_reconstruct_array(function, arguments, state, abstract value)`: the array of NumPy's that the
  /// first three make.
  private static func array(_ call: PickleCall) throws -> PickleValue {
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

  private static func mapping(_ call: PickleCall) throws -> PickleValue {
    try PythonConstructors.mapping(call.function.name, call, call[0])
  }
}
