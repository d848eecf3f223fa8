import Glibc
import HDF5Records

/// Standard output, to which records and elements are written.
struct RecordPipe {
  private var buffer: [UInt8] = []
  private static let bufferLimit = 1 << 16

  /// Says which protocol is spoken.
  mutating func greet() { buffer += Record.greeting }

  /// Tells a record.
  mutating func send(_ record: Record) {
    buffer += record.encoded
    if buffer.count > Self.bufferLimit { flush() }
  }

  /// Hands on elements of a dataset, in frames.
  mutating func send(_ bytes: UnsafeRawBufferPointer) {
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      let frame = unsafe rest.prefix(Record.payloadLimit)
      unsafe buffer += Record.elementsHeader(count: frame.count)
      flush()
      unsafe Self.write(UnsafeRawBufferPointer(rebasing: frame))
      unsafe rest = rest.dropFirst(frame.count)
    }
  }

  /// Writes what is buffered.
  mutating func flush() {
    unsafe buffer.withUnsafeBytes { unsafe Self.write($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Writes all bytes, or ends the program: nobody listens then.
  private static func write(_ bytes: UnsafeRawBufferPointer) {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = unsafe Glibc.write(STDOUT_FILENO, base + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { _exit(1) }
      done += count
    }
  }
}
