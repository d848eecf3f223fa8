import Tensors

/// The constructors of JAX's arrays, and of the mappings of Haiku and Flax.
enum JaxConstructors {
  /// The constructors by name.
  static var table: [String: PickleConstructor] {
    [
      "jax.*._reconstruct_array": NumpyConstructors.rebuilt,
      "jax.*.reconstruct_device_array": NumpyConstructors.rebuilt,
      "haiku.*.frozendict": mapping,
      "haiku.*.FlatMapping": mapping,
      "flax.*.FrozenDict": mapping,
    ]
  }

  private static func mapping(_ call: PickleCall) throws -> PickleValue {
    try PythonConstructors.mapping(call.function.name, call, call[0])
  }
}
