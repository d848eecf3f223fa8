/// Bytes that can be read at any place: a mapped file, memory, or a compressed stream not yet
/// inflated.
public protocol ByteSource: Sendable {
  /// The number of bytes.
  var count: Int { get }

  /// The file the bytes come from, as the user named it, or nil.
  var fileName: String? { get }

  /// A source of the same bytes that is cheap to read at random: `self`, or an inflated copy.
  ///
  /// - Throws: `Failure` where the bytes cannot be had (a damaged stream, say).
  func resolved() throws -> any ByteSource

  /// Calls `body` with all bytes; they are valid only during the call.
  ///
  /// - Throws: `Failure` where the bytes cannot be had, and whatever `body` throws.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result

  /// Says that these bytes are not needed soon: memory that holds a copy of a file's can be freed.
  ///
  /// They can be read again all the same.
  func release(_ range: Range<Int>)
}

extension ByteSource {
  /// `self`: most sources are cheap to read at random.
  public func resolved() throws -> any ByteSource { self }

  /// Does nothing: most sources have their bytes nowhere else.
  public func release(_ range: Range<Int>) {}

  /// Nil: no file that a message could name.
  public var fileName: String? { nil }
}

/// Bytes in memory.
public struct HeapBytes: ByteSource {
  let bytes: [UInt8]

  /// A source of `bytes`.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The number of bytes.
  public var count: Int { bytes.count }

  /// Calls `body` with all bytes.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
  {
    try unsafe bytes.withUnsafeBytes(body)
  }
}

/// A part of another source.
public struct ByteSlice: ByteSource {
  let base: any ByteSource
  let range: Range<Int>

  /// The bytes of `base` in `range`, which must lie inside it.
  public init(_ base: any ByteSource, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= base.count, "slice outside source")
    self.base = base
    self.range = range
  }

  /// The number of bytes.
  public var count: Int { range.count }

  /// The file of the whole.
  public var fileName: String? { base.fileName }

  /// Calls `body` with the bytes of the slice.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
  {
    try unsafe base.withBytes { unsafe try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// Passes it on to the base.
  public func release(_ part: Range<Int>) {
    let start = range.lowerBound + part.lowerBound
    base.release(start..<start + part.count)
  }
}
