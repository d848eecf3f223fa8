extension Tensor {
  /// The elements as float32, row-major; float64 and integers are rounded to the nearest.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  public func floats() throws -> [Float] {
    var result = [Float]()
    result.reserveCapacity(count)
    try forEachSlab { bytes in
      forEachNumber(bytes) { result.append(Float($0)) } whole: { result.append(Float($0)) }
    }
    return result
  }

  /// The elements as float64, row-major; 64-bit integers are rounded to the nearest.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  public func doubles() throws -> [Double] {
    var result = [Double]()
    result.reserveCapacity(count)
    try forEachSlab { bytes in
      forEachNumber(bytes) { result.append($0) } whole: { result.append(Double($0)) }
    }
    return result
  }

  /// The elements as integers, row-major, or nil where they are not integers that fit.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  public func integers() throws -> [Int]? {
    guard !elementType.isFloatingPoint else { return nil }
    var result: [Int]? = []
    try forEachSlab { bytes in
      forEachNumber(bytes) { _ in
      } whole: {
        if let value = Int(exactly: $0) { result?.append(value) } else { result = nil }
      }
    }
    return result
  }

  /// Calls one of the closures with every element of `bytes`.
  private func forEachNumber(
    _ bytes: UnsafeRawBufferPointer, _ real: (Double) -> Void, whole: (Int128) -> Void
  ) {
    func each<Stored>(_: Stored.Type, _ body: (Stored) -> Void) {
      for start in stride(from: 0, to: bytes.count, by: MemoryLayout<Stored>.size) {
        body(bytes.loadUnaligned(fromByteOffset: start, as: Stored.self))
      }
    }
    switch elementType {
    case .bool, .uint8: each(UInt8.self) { whole(Int128($0)) }
    case .int8: each(Int8.self) { whole(Int128($0)) }
    case .uint16: each(UInt16.self) { whole(Int128($0)) }
    case .int16: each(Int16.self) { whole(Int128($0)) }
    case .uint32: each(UInt32.self) { whole(Int128($0)) }
    case .int32: each(Int32.self) { whole(Int128($0)) }
    case .uint64: each(UInt64.self) { whole(Int128($0)) }
    case .int64: each(Int64.self) { whole(Int128($0)) }
    case .float16: each(Float16.self) { real(Double($0)) }
    case .bfloat16: each(UInt16.self) { real(Double(BFloat16.widened($0))) }
    case .float32: each(Float.self) { real(Double($0)) }
    case .float64: each(Double.self) { real($0) }
    }
  }

  /// A tensor of float32 numbers.
  ///
  /// - Throws: `Failure` where the count does not fit the shape.
  public init(floats: [Float], shape: [Int]) throws {
    let bytes = floats.withUnsafeBytes { Array($0) }
    try self.init(.float32, shape: shape, bytes: bytes)
  }

  /// A tensor of float64 numbers.
  ///
  /// - Throws: `Failure` where the count does not fit the shape.
  public init(doubles: [Double], shape: [Int]) throws {
    let bytes = doubles.withUnsafeBytes { Array($0) }
    try self.init(.float64, shape: shape, bytes: bytes)
  }
}
