/// An activation of the BLAS backend: channel-major, [C, N, H, W], or [C, N] of vectors.
///
/// So a channel lies in one piece over the whole batch: a convolution is one matrix product
/// [out, in kH kW] x [in kH kW, N H W], and batch norm walks along memory.
///
/// Safe, since the memory stays as long as the array; who goes through `values` minds `count`.
@safe
public final class BLASArray<Scalar: BLASScalar> {
  /// [N, C, H, W] or [N, C], in spite of the order in memory.
  public let shape: [Int]
  /// The values.
  let values: UnsafeMutablePointer<Scalar>
  private let memory: BLASMemory<Scalar>

  /// Values that are not set yet.
  init(_ shape: [Int], in memory: BLASMemory<Scalar>) {
    self.shape = shape
    self.memory = memory
    unsafe values = memory.take(shape.reduce(1, *))
  }

  deinit { unsafe memory.give(values, count) }

  /// The number of values.
  var count: Int { shape.reduce(1, *) }
  /// Pictures, or vectors.
  var batch: Int { shape[0] }
  /// Channels, or the length of the vectors.
  var channels: Int { shape[1] }
  /// Pixels of a channel of one picture; 1 of vectors.
  var plane: Int { shape.dropFirst(2).reduce(1, *) }
  /// Values of a channel over the batch.
  var row: Int { batch * plane }
}

/// Memory for activations, used again when one of the same size is gone: fresh pages from the system
/// cost as much as the arithmetic on them.
///
/// It belongs to the thread that trains.
///
/// Safe, since it owns what was given back; what it hands out is its user's until then.
@safe
final class BLASMemory<Scalar> {
  private var free: [Int: [UnsafeMutablePointer<Scalar>]] = unsafe [:]

  /// Room for `count` numbers at a multiple of 64 bytes.
  func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
    if let reused = unsafe free[count]?.popLast() { return unsafe reused }
    return unsafe UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Scalar>.stride, alignment: 64
    ).bindMemory(to: Scalar.self, capacity: max(count, 1))
  }

  /// Takes back what `take` gave.
  func give(_ pointer: UnsafeMutablePointer<Scalar>, _ count: Int) {
    unsafe free[count, default: []].append(pointer)
  }

  deinit {
    unsafe free.values.joined().forEach { unsafe UnsafeMutableRawPointer($0).deallocate() }
  }
}
