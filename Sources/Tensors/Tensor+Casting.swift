/// The elements of a tensor in another type, made when they are asked for: a whole checkpoint need not
/// be in memory.
private struct CastBytes: ByteSource {
  let base: Tensor
  let casting: Casting

  var count: Int { base.count * casting.to.byteCount }
  var fileName: String? { base.source.fileName }

  func resolved() throws -> any ByteSource { HeapBytes(try elements()) }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe elements().withUnsafeBytes(body)
  }

  private func elements() throws -> [UInt8] {
    try AddressSpace.requireArray(count)
    return try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      let all = UnsafeMutableRawBufferPointer(buffer)
      try unsafe base.forEachSlab { slab in
        unsafe casting.run(from: slab, into: UnsafeMutableRawBufferPointer(rebasing: all[done...]))
        done += slab.count / casting.from.byteCount * casting.to.byteCount
      }
    }
  }
}

extension Tensor {
  /// The elements in another floating-point type, each rounded once to the nearest, ties to even; they
  /// are computed when they are read.
  ///
  /// - Throws: `Failure` (`badInput`) where either type has no floating-point numbers.
  public func cast(to type: ElementType) throws -> Tensor {
    let casting = try Casting(from: elementType, to: type)
    guard type != elementType else { return self }
    var result = try Tensor(type, shape: shape, source: CastBytes(base: self, casting: casting))
    result.layout.sharing = layout.sharing
    return result
  }

  /// What a cast makes of the elements, found a slab at a time.
  ///
  /// - Throws: `Failure` where the source cannot be read, or either type has no floating-point numbers.
  public func castLoss(to type: ElementType) throws -> CastLoss {
    let casting = try Casting(from: elementType, to: type)
    let before = try Casting(from: elementType, to: .float64)
    let after = try Casting(from: type, to: .float64)
    var loss = CastLoss()
    try unsafe forEachSlab { slab in
      let count = slab.count / elementType.byteCount
      let cast = unsafe casting.run(slab, count: count)
      let old = unsafe before.run(slab, count: count)
      let new = unsafe cast.withUnsafeBytes { unsafe after.run($0, count: count) }
      unsafe old.withUnsafeBytes { old in
        unsafe new.withUnsafeBytes { new in
          for offset in stride(from: 0, to: old.count, by: 8) {
            unsafe loss.count(
              old.loadUnaligned(fromByteOffset: offset, as: Double.self),
              castTo: new.loadUnaligned(fromByteOffset: offset, as: Double.self))
          }
        }
      }
    }
    return loss
  }
}

/// What became of numbers that were cast to a narrower type.
public struct CastLoss: Sendable, Hashable {
  /// Finite numbers that became infinite.
  public private(set) var overflows = 0
  /// The finite number of the largest magnitude, where one became infinite.
  public private(set) var largest: Double?
  /// Numbers other than 0 that became 0.
  public private(set) var zeros = 0
  /// Numbers that changed.
  public private(set) var changed = 0

  /// Nothing cast yet.
  public init() {}

  mutating func count(_ value: Double, castTo result: Double) {
    guard value != result, !value.isNaN else { return }
    changed += 1
    if result == 0 { zeros += 1 }
    guard result.isInfinite else { return }
    overflows += 1
    if value.magnitude > largest?.magnitude ?? 0 { largest = value }
  }
}
