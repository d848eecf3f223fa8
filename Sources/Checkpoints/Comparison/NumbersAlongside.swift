import Tensors

/// The numbers of several tensors of one shape, side by side, a few thousand at a time.
///
/// Memory stays at those and, where a tensor's elements do not lie in its file in our order, at a copy of
/// that tensor.
enum NumbersAlongside {
  /// Numbers of each tensor that are handed out at once: they stay in a core's cache.
  static let partCount = 4096

  /// Calls `body` with consecutive elements of every tensor, row-major, as float64; 64-bit integers are
  /// rounded to the nearest.
  ///
  /// - Throws: `Failure` (`usage`) where shapes differ, or where a source cannot be read; and whatever
  ///   `body` throws.
  static func forEachPart(
    of tensors: [Tensor], _ body: ([UnsafeBufferPointer<Double>]) throws -> Void
  ) throws {
    guard let first = tensors.first, tensors.allSatisfy({ $0.shape == first.shape }) else {
      throw Failure(.usage, "tensors of different shapes have no numbers side by side")
    }
    try unsafe open(tensors[...], []) { bytes in
      let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: partCount * tensors.count)
      defer { unsafe room.deallocate() }
      var start = 0
      while start < first.count {
        let count = min(partCount, first.count - start)
        let parts = unsafe tensors.indices.map { index in
          let part = unsafe UnsafeMutableBufferPointer(
            rebasing: room[index * partCount..<index * partCount + count])
          unsafe widen(bytes[index], tensors[index].elementType, from: start, into: part)
          return UnsafeBufferPointer(part)
        }
        try unsafe body(parts)
        start += count
      }
    }
  }

  /// Calls `body` with the bytes of all tensors.
  private static func open(
    _ rest: ArraySlice<Tensor>, _ opened: [UnsafeRawBufferPointer],
    _ body: ([UnsafeRawBufferPointer]) throws -> Void
  ) throws {
    guard let next = rest.first else { return try unsafe body(opened) }
    try unsafe next.withBytes { try unsafe open(rest.dropFirst(), opened + [$0], body) }
  }

  private static func widen(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType, from start: Int,
    into part: UnsafeMutableBufferPointer<Double>
  ) {
    func copy<Stored>(_: Stored.Type, _ convert: (Stored) -> Double) {
      let width = MemoryLayout<Stored>.size
      for index in part.indices {
        unsafe part[index] = convert(
          bytes.loadUnaligned(fromByteOffset: (start + index) * width, as: Stored.self))
      }
    }
    switch type {
    case .bool, .uint8: copy(UInt8.self) { Double($0) }
    case .int8: copy(Int8.self) { Double($0) }
    case .uint16: copy(UInt16.self) { Double($0) }
    case .int16: copy(Int16.self) { Double($0) }
    case .uint32: copy(UInt32.self) { Double($0) }
    case .int32: copy(Int32.self) { Double($0) }
    case .uint64: copy(UInt64.self) { Double($0) }
    case .int64: copy(Int64.self) { Double($0) }
    case .float16: copy(Float16.self) { Double($0) }
    case .bfloat16: copy(UInt16.self) { Double(BFloat16.widened($0)) }
    case .float32: copy(Float.self) { Double($0) }
    case .float64: copy(Double.self) { $0 }
    }
  }
}
