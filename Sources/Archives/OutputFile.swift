import Glibc
import Tensors

/// A file being written: every call's result is checked.
public final class OutputFile {
  /// The name used in messages.
  public let path: String
  /// The open file descriptor, for callers that write at an offset.
  public let descriptor: Int32
  /// The bytes written so far by `write`, including those still in the buffer.
  public private(set) var position = 0
  private var buffer: [UInt8] = []
  private static let bufferLimit = 1 << 18

  /// A writer over an open descriptor, which the caller closes.
  public init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
    buffer.reserveCapacity(Self.bufferLimit)
  }

  /// Appends `bytes`.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public func write(_ bytes: [UInt8]) throws {
    try unsafe bytes.withUnsafeBytes { try unsafe write($0) }
  }

  /// Appends `bytes`.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count < Self.bufferLimit {
      unsafe buffer.append(contentsOf: bytes)
      position += bytes.count
      if buffer.count >= Self.bufferLimit { try flush() }
      return
    }
    try flush()
    try unsafe send(bytes, at: position)
    position += bytes.count
  }

  /// Hands what is buffered to the system.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public func flush() throws {
    guard !buffer.isEmpty else { return }
    let start = position - buffer.count
    try unsafe buffer.withUnsafeBytes { try unsafe send($0, at: start) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes `bytes` at `offset`, past the buffer; safe from several threads at once.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public func send(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let wrote = unsafe pwrite(
        descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
      if wrote < 0 {
        if errno == EINTR { continue }
        throw Failure.system("cannot write", file: path)
      }
      done += wrote
    }
  }

  /// Asks the system, as a close does, whether all that it took is written.
  ///
  /// Network file systems and quotas may tell no sooner. The descriptor stays open.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  func checkClosing() throws {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw Failure.system("cannot examine", file: path) }
    // An interrupted close has closed.
    guard close(copy) == 0 || errno == EINTR else {
      throw Failure.system("cannot write", file: path)
    }
  }

  /// Overwrites bytes that `write` has already taken.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public func overwrite(_ bytes: [UInt8], at offset: Int) throws {
    try flush()
    try unsafe bytes.withUnsafeBytes { try unsafe send($0, at: offset) }
  }
}
