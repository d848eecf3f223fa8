import Tensors

extension PickleWriter {
  /// Writes an array of NumPy, in the order of elements and of bytes that the layout says where NumPy
  /// has it; elements that are strided otherwise are written row by row.
  func array(_ tensor: Tensor) throws {
    let array = NpyArray(tensor)
    try emptyArray()
    try put(.mark)
    try put(.binInt1, UInt8(1))
    try tuple(tensor.shape.map { .integer($0) })
    try dataType(array.header.type)
    try put(array.header.isFortran ? .newTrue : .newFalse)
    try unsafe bytes(size: tensor.byteCount) { try unsafe array.writeElements($0) }
    try put(.tuple)
    try put(.build)
  }

  /// Writes an array of objects.
  func objects(shape: [Node], _ values: [Node]) throws {
    try emptyArray()
    try put(.mark)
    try put(.binInt1, UInt8(1))
    try tuple(shape)
    try dataType(code: "O8", order: "|", .text("O8"), alignment: (-1, 63))
    try put(.newFalse)
    try list(values)
    try put(.tuple)
    try put(.build)
  }

  /// Writes a scalar of NumPy.
  func scalar(_ tensor: Tensor) throws {
    let array = NpyArray(tensor)
    try call("numpy.core.multiarray", "scalar") {
      try dataType(array.header.type)
      try unsafe bytes(size: tensor.byteCount) { try unsafe array.writeElements($0) }
      try put(.tuple2)
    }
  }

  /// The array that a state is given to.
  ///
  /// The name is NumPy 1's, which NumPy 2 knows too.
  private func emptyArray() throws {
    try global(PickleGlobal("numpy.core.multiarray", "_reconstruct"))
    try once(.other("numpy.ndarray, (0,), b'b'")) {
      try tuple(3) {
        try global(PickleGlobal("numpy", "ndarray"))
        try tuple([.integer(0)])
        try bytes([UInt8(ascii: "b")])
      }
    }
    try put(.reduce)
  }

  private func dataType(_ type: NpyType) throws {
    let descriptor = type.descriptor
    if type.kind == .number(.bfloat16) {
      return try dataType(
        code: "bfloat16", order: type.isBigEndian ? ">" : "<",
        .record(type: "class", [Node.Entry(.text("name"), .text("ml_dtypes.bfloat16"))]),
        alignment: (2, 64))
    }
    try dataType(
      code: descriptor, order: String(descriptor.prefix(1)), .text(String(descriptor.dropFirst())),
      alignment: (-1, 0))
  }

  /// Writes a data type.
  ///
  /// - Parameter alignment: the size and alignment, and the flags, in the state of its version 3.
  private func dataType(
    code: String, order: String, _ argument: Node, alignment: (size: Int, flags: Int)
  ) throws {
    try once(.dataType(code + order)) {
      try call("numpy", "dtype") { try tuple([argument, .bool(false), .bool(true)]) }
      try tuple([
        .integer(3), .text(order), .none, .none, .none, .integer(alignment.size),
        .integer(alignment.size), .integer(alignment.flags),
      ])
      try put(.build)
    }
  }
}
