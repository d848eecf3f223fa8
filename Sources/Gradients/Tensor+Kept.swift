import Tensors

extension ElementType {
  /// The type in which a tensor of this one is kept by networks that compute in `other`: the wider of
  /// the two, so that nothing that was computed is lost.
  func kept(for other: ElementType) -> ElementType {
    self == .float64 || other == .float64 ? .float64 : .float32
  }
}

extension Tensor {
  /// A tensor of float32, float64 or integer numbers; a count beyond its type becomes int64.
  ///
  /// - Throws: `Failure` where the count does not fit the shape.
  init(numbers: [Double], _ type: ElementType, shape: [Int]) throws {
    func integers<Stored: FixedWidthInteger>(_: Stored.Type) throws -> Tensor {
      let fits = numbers.allSatisfy { Stored(exactly: $0) != nil }
      guard fits else { return try Tensor(counts: numbers.map { Int64($0) }, .int64, shape) }
      return try Tensor(counts: numbers.map { Stored($0) }, type, shape)
    }
    switch type {
    case .float32: try self.init(floats: numbers.map { Float($0) }, shape: shape)
    case .bool, .uint8: self = try integers(UInt8.self)
    case .int8: self = try integers(Int8.self)
    case .uint16: self = try integers(UInt16.self)
    case .int16: self = try integers(Int16.self)
    case .uint32: self = try integers(UInt32.self)
    case .int32: self = try integers(Int32.self)
    case .uint64: self = try integers(UInt64.self)
    case .int64: self = try integers(Int64.self)
    default: try self.init(doubles: numbers, shape: shape)
    }
  }

  private init<Stored: FixedWidthInteger>(
    counts: [Stored], _ type: ElementType, _ shape: [Int]
  ) throws {
    try unsafe self.init(type, shape: shape, bytes: counts.withUnsafeBytes { unsafe Array($0) })
  }
}
