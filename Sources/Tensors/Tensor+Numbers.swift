extension Tensor {
  /// The elements as float32, row-major; float64 and integers are rounded to the nearest.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  public func floats() throws -> [Float] { try numbers() }

  /// The elements as float64, row-major; 64-bit integers are rounded to the nearest.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  public func doubles() throws -> [Double] { try numbers() }

  /// Calls `body` with consecutive parts of the elements as float64, row-major, as `doubles` has them.
  ///
  /// - Throws: `Failure` where the source cannot be read, and whatever `body` throws.
  public func forEachDoubles(_ body: ([Double]) throws -> Void) throws {
    try unsafe forEachSlab { slab in
      let part = try unsafe Tensor(
        elementType, shape: [slab.count / elementType.byteCount], bytes: Array(slab))
      try body(part.doubles())
    }
  }

  /// The elements as integers, row-major, or nil where they are not integers that fit.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  public func integers() throws -> [Int]? {
    guard !elementType.isFloatingPoint else { return nil }
    var result: [Int] = []
    var fits = true
    try unsafe forEachSlab { bytes in
      func each<Stored: FixedWidthInteger>(_: Stored.Type) {
        for value in unsafe elements(of: bytes, Stored.self) {
          guard let value = Int(exactly: value) else {
            fits = false
            return
          }
          result.append(value)
        }
      }
      switch elementType {
      case .bool, .uint8: each(UInt8.self)
      case .int8: each(Int8.self)
      case .uint16: each(UInt16.self)
      case .int16: each(Int16.self)
      case .uint32: each(UInt32.self)
      case .int32: each(Int32.self)
      case .uint64: each(UInt64.self)
      default: each(Int64.self)
      }
    }
    return fits ? result : nil
  }

  /// A tensor of float32 numbers.
  ///
  /// - Throws: `Failure` where the count does not fit the shape.
  public init(floats: [Float], shape: [Int]) throws {
    try unsafe self.init(.float32, shape: shape, bytes: floats.withUnsafeBytes { unsafe Array($0) })
  }

  /// A tensor of float64 numbers.
  ///
  /// - Throws: `Failure` where the count does not fit the shape.
  public init(doubles: [Double], shape: [Int]) throws {
    try unsafe self.init(
      .float64, shape: shape, bytes: doubles.withUnsafeBytes { unsafe Array($0) })
  }

  /// The elements converted, a slab at a time: one loop for each type, which the compiler vectorises.
  private func numbers<Number: BinaryFloatingPoint>() throws -> [Number] {
    try AddressSpace.requireArray(count * MemoryLayout<Number>.size)
    return try unsafe [Number](unsafeUninitializedCapacity: count) { result, done in
      try unsafe forEachSlab { bytes in
        func copy<Stored>(_: Stored.Type, _ convert: (Stored) -> Number) {
          let values = unsafe elements(of: bytes, Stored.self)
          guard let target = unsafe result.baseAddress?.advanced(by: done) else { return }
          for index in 0..<values.count {
            unsafe (target + index).initialize(to: convert(values[index]))
          }
          done += values.count
        }
        switch elementType {
        case .bool, .uint8: copy(UInt8.self) { Number($0) }
        case .int8: copy(Int8.self) { Number($0) }
        case .uint16: copy(UInt16.self) { Number($0) }
        case .int16: copy(Int16.self) { Number($0) }
        case .uint32: copy(UInt32.self) { Number($0) }
        case .int32: copy(Int32.self) { Number($0) }
        case .uint64: copy(UInt64.self) { Number($0) }
        case .int64: copy(Int64.self) { Number($0) }
        case .float16: copy(Float16.self) { Number($0) }
        case .bfloat16: copy(UInt16.self) { Number(BFloat16.widened($0)) }
        case .float32: copy(Float.self) { Number($0) }
        case .float64: copy(Double.self) { Number($0) }
        }
      }
    }
  }
}

/// The elements that bytes, aligned or not, hold.
///
/// Safe, since it goes through as many as there are; whoever makes one promises that the bytes stay.
@safe
private struct Elements<Stored>: Sequence {
  let base: UnsafeRawPointer?
  let count: Int

  /// Unsafe: the index, which is a loop's, is not checked.
  @unsafe subscript(index: Int) -> Stored {
    // `base` is nil only where there are no elements.
    unsafe base.unsafelyUnwrapped.loadUnaligned(
      fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self)
  }

  func makeIterator() -> AnyIterator<Stored> {
    var index = 0
    return AnyIterator {
      guard index < count else { return nil }
      defer { index += 1 }
      return unsafe self[index]
    }
  }
}

private func elements<Stored>(of bytes: UnsafeRawBufferPointer, _: Stored.Type) -> Elements<Stored>
{
  unsafe Elements(base: bytes.baseAddress, count: bytes.count / MemoryLayout<Stored>.stride)
}
