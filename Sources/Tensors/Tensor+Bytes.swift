/// Bytes of a slab, where the caller does not say: small enough to stay in a core's cache.
public let slabByteCount = 1 << 20

extension Tensor {
  /// Calls `body` with consecutive parts of the elements' bytes, row-major and little-endian.
  ///
  /// A contiguous tensor is handed out where it lies; another one is gathered, a slab at a time.
  ///
  /// - Parameter bytes: the most a slab holds, unless one row of the first axis is larger.
  /// - Throws: `Failure` where the source cannot be read, and whatever `body` throws.
  public func forEachSlab(
    of bytes: Int = slabByteCount, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    // A tensor without elements, too, may lie in a member that is damaged.
    let view = try resolved()
    guard count > 0 else { return }
    if view.isContiguous {
      try unsafe view.source.withBytes { all in
        var start = view.offset
        let end = start + byteCount
        while start < end {
          let next = min(end, start + max(bytes, 1))
          try unsafe body(UnsafeRawBufferPointer(rebasing: all[start..<next]))
          view.source.release(start..<next)
          start = next
        }
      }
      return
    }
    let rowBytes = shape.isEmpty ? elementType.byteCount : byteCount / shape[0]
    let rowCount = shape.isEmpty ? 1 : shape[0]
    // Whole cache lines of rows: a transposed source is then read a line at a time.
    let line = 64 / elementType.byteCount
    let fitting = max(1, bytes / max(rowBytes, 1))
    let rowsPerSlab = min(rowCount, fitting > line ? fitting - fitting % line : fitting)
    try AddressSpace.require(rowsPerSlab * rowBytes + (1 << 20), for: "a part of a tensor")
    let slab = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rowsPerSlab * rowBytes, alignment: 64)
    defer { unsafe slab.deallocate() }
    try unsafe view.source.withBytes { all in
      var row = 0
      while row < rowCount {
        let rows = min(rowsPerSlab, rowCount - row)
        let gather = Gather(view, rows: shape.isEmpty ? nil : row..<row + rows)
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: slab[0..<rows * rowBytes])
        unsafe gather.run(from: all, into: part)
        try unsafe body(UnsafeRawBufferPointer(part))
        row += rows
      }
    }
    view.source.release(view.extent)
  }

  /// Calls `body` with all the elements' bytes, row-major and little-endian.
  ///
  /// - Throws: `Failure` where the source cannot be read, and whatever `body` throws.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
  {
    let view = try resolved()
    if view.isContiguous {
      defer { view.source.release(view.extent) }
      return try unsafe view.source.withBytes {
        try unsafe body(UnsafeRawBufferPointer(rebasing: $0[view.offset..<view.offset + byteCount]))
      }
    }
    return try unsafe view.bytes().withUnsafeBytes { unsafe try body($0) }
  }

  /// A copy of the elements' bytes, row-major and little-endian.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  public func bytes() throws -> [UInt8] {
    try AddressSpace.requireArray(byteCount)
    var result = [UInt8]()
    result.reserveCapacity(byteCount)
    try unsafe forEachSlab { unsafe result.append(contentsOf: $0) }
    return result
  }

  /// The SHA-256 of the elements' bytes, row-major and little-endian.
  ///
  /// - Throws: `Failure` where the source cannot be read.
  public func digest() throws -> Digest {
    var hasher = DigestHasher()
    try unsafe forEachSlab { unsafe hasher.update($0) }
    return hasher.finalized()
  }

  /// Whether two tensors have the same type, shape and bits.
  ///
  /// - Throws: `Failure` where a source cannot be read.
  public func hasSameBits(as other: Tensor) throws -> Bool {
    guard elementType == other.elementType, shape == other.shape else { return false }
    return try unsafe withBytes { mine in
      var position = 0
      var same = true
      try unsafe other.forEachSlab { part in
        let window = unsafe UnsafeRawBufferPointer(rebasing: mine[position..<position + part.count])
        same = unsafe same && areEqual(window, part)
        position += part.count
      }
      return same
    }
  }

  /// The bytes of the source that the elements lie in.
  private var extent: Range<Int> {
    guard count > 0 else { return offset..<offset }
    let last = zip(shape, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
    return offset..<offset + (last + 1) * elementType.byteCount
  }
}
