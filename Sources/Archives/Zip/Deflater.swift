import CZlib
import Tensors

/// A raw deflate stream (RFC 1951) being written, by zlib at its usual level.
///
/// Safe, since it owns the stream, which nobody else sees.
@safe
final class Deflater {
  /// zlib keeps this address.
  private let stream: UnsafeMutablePointer<z_stream>
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  /// A stream that has seen no bytes.
  ///
  /// - Throws: `Failure` (`inputOutput`) where there is no memory.
  init() throws {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    // Minus 15: a raw stream with a window of 2^15 bytes; 8: the usual memory.
    let code = unsafe deflateInit2_(
      stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
    guard code == Z_OK else { throw Failure(.inputOutput, "no memory to deflate") }
  }

  deinit {
    unsafe deflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Takes `bytes` in and gives `body` what is compressed so far.
  func write(
    _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var done = 0
    while done < bytes.count {
      let part = unsafe UnsafeRawBufferPointer(
        rebasing: bytes[done..<min(bytes.count, done + 1 << 30)])
      try unsafe run(part, flush: Z_NO_FLUSH, body)
      done += part.count
    }
  }

  /// Gives `body` the rest of the stream.
  func finish(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try unsafe run(UnsafeRawBufferPointer(start: nil, count: 0), flush: Z_FINISH, body)
  }

  private func run(
    _ bytes: UnsafeRawBufferPointer, flush: Int32, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(bytes.count)
    repeat {
      let code = unsafe buffer.withUnsafeMutableBufferPointer { output in
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(output.count)
        return unsafe deflate(stream, flush)
      }
      guard code != Z_STREAM_ERROR else { throw Failure(.inputOutput, "zlib cannot deflate") }
      let count = unsafe buffer.count - Int(stream.pointee.avail_out)
      try unsafe buffer.withUnsafeBytes {
        try unsafe body(UnsafeRawBufferPointer(rebasing: $0.prefix(count)))
      }
    } while unsafe stream.pointee.avail_out == 0
  }
}
