/// Bytes that a reader takes apart: an access outside them ends the program, in release builds too,
/// where an `UnsafeRawBufferPointer`'s reads whatever lies there.
///
/// Readers check lengths themselves and throw; this is what holds where one of them is wrong.
///
/// Safe, since every access is checked; whoever makes one promises that the memory outlives it and
/// all copies, so that making one is unsafe.
@safe
public struct CheckedBytes: RandomAccessCollection {
  @usableFromInline let memory: UnsafeRawBufferPointer

  /// The bytes of `memory`, which must stay where they are as long as this value and its copies.
  @inlinable
  public init(_ memory: UnsafeRawBufferPointer) { unsafe self.memory = memory }

  /// The bytes of a slice, with indices from 0.
  @inlinable
  public init(rebasing slice: Slice<CheckedBytes>) {
    let (all, range) = (slice.base, slice.startIndex..<slice.endIndex)
    precondition(range.lowerBound >= 0 && range.upperBound <= all.endIndex, "slice outside bytes")
    unsafe memory = UnsafeRawBufferPointer(rebasing: all.memory[range])
  }

  /// 0.
  @inlinable public var startIndex: Int { 0 }

  /// The number of bytes.
  @inlinable public var endIndex: Int { unsafe memory.count }

  /// A byte; `position` must be one of them.
  @inlinable
  public subscript(position: Int) -> UInt8 {
    precondition(position >= 0 && position < endIndex, "byte outside bytes")
    return unsafe memory[position]
  }

  /// The number whose bytes, in this machine's order, begin at `offset`, which need not be aligned.
  @inlinable
  public func loadUnaligned<Number: FixedWidthInteger & BitwiseCopyable>(
    fromByteOffset offset: Int = 0, as type: Number.Type
  ) -> Number {
    precondition(
      offset >= 0 && MemoryLayout<Number>.size <= endIndex - offset, "number outside bytes")
    return unsafe memory.loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// Calls `body` with the memory: the standard library copies, compares and validates it whole.
  @inlinable
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    try unsafe memory.withContiguousStorageIfAvailable(body)
  }
}

extension ByteSource {
  /// Calls `body` with all bytes, each access to which is checked.
  ///
  /// Unsafe, since they are valid only during the call: `body` must not let them out.
  ///
  /// - Throws: `Failure` where the bytes cannot be had, and whatever `body` throws.
  @unsafe
  public func withCheckedBytes<Result>(_ body: (CheckedBytes) throws -> Result) throws -> Result {
    try unsafe withBytes { try unsafe body(CheckedBytes($0)) }
  }

  /// A copy of all bytes.
  ///
  /// - Throws: `Failure` where the bytes cannot be had.
  public func allBytes() throws -> [UInt8] { try unsafe withBytes { unsafe Array($0) } }

  /// A copy of the first `count` bytes, or of all where there are fewer.
  ///
  /// - Throws: `Failure` where the bytes cannot be had.
  public func firstBytes(_ count: Int) throws -> [UInt8] {
    try unsafe withBytes { unsafe Array($0.prefix(count)) }
  }
}
