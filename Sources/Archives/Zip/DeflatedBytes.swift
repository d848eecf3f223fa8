import CZlib
import Tensors

/// The content of a deflated member: inflated into memory of its own when asked for, and let go by
/// whoever asked.
struct DeflatedBytes: ByteSource {
  let slice: ByteSlice
  let member: ZipMember

  init(_ slice: ByteSlice, of member: ZipMember) {
    self.slice = slice
    self.member = member
  }

  var count: Int { member.size }

  var fileName: String? { slice.fileName }

  /// The whole content; its size and CRC-32 are checked.
  func resolved() throws -> any ByteSource {
    let result = try OwnedBytes(count: member.size)
    let state = try unsafe inflate(into: result.mutable)
    guard state.isEnded, state.written == member.size, state.read == slice.count else {
      throw Failure(
        place: place,
        expected: "\(member.size) bytes from a deflate stream of \(slice.count)",
        found: state.isEnded
          ? "\(state.written) from \(state.read)" : "a stream that holds more, or ends early")
    }
    var checksum = Checksum()
    unsafe checksum.update(UnsafeRawBufferPointer(result.mutable))
    try checksum.check(member)
    return result
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe resolved().withBytes(body)
  }

  /// The first `count` bytes, fewer where the stream ends.
  func beginning(_ count: Int) throws -> [UInt8] {
    let result = try OwnedBytes(count: count)
    let state = try unsafe inflate(into: result.mutable)
    return unsafe Array(result.mutable.prefix(state.written))
  }

  private var place: String { "member '\(member.name)'" }

  private struct State {
    var read = 0
    var written = 0
    var isEnded = false
  }

  /// Inflates until `output` is full or the stream ends.
  private func inflate(into output: UnsafeMutableRawBufferPointer) throws -> State {
    var memory = unsafe z_stream()
    // zlib keeps this address.
    return try unsafe withUnsafeMutablePointer(to: &memory) { stream in
      // Minus 15: a raw stream with a window of 2^15 bytes.
      let size = unsafe Int32(MemoryLayout<z_stream>.size)
      guard unsafe inflateInit2_(stream, -15, ZLIB_VERSION, size) == Z_OK else {
        throw Failure(.inputOutput, place: place, "no memory to inflate")
      }
      defer { unsafe inflateEnd(stream) }
      return try unsafe slice.withBytes { try unsafe run(stream, from: $0, into: output) }
    }
  }

  private func run(
    _ stream: UnsafeMutablePointer<z_stream>, from input: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) throws -> State {
    var state = State()
    while true {
      // zlib counts in 32 bits.
      let from = unsafe UnsafeRawBufferPointer(rebasing: input[state.read...].prefix(1 << 30))
      let into = unsafe UnsafeMutableRawBufferPointer(
        rebasing: output[state.written...].prefix(1 << 30))
      unsafe stream.pointee.next_in = UnsafeMutablePointer(
        mutating: from.baseAddress?.assumingMemoryBound(to: UInt8.self))
      unsafe stream.pointee.next_out = into.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_in = UInt32(from.count)
      unsafe stream.pointee.avail_out = UInt32(into.count)
      let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
      let read = unsafe from.count - Int(stream.pointee.avail_in)
      let written = unsafe into.count - Int(stream.pointee.avail_out)
      state.read += read
      state.written += written
      switch code {
      case Z_STREAM_END:
        state.isEnded = true
        return state
      case Z_OK where read + written > 0: continue
      case Z_OK, Z_BUF_ERROR: return state
      default:
        let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "error \(code)"
        throw Failure(
          place: place, expected: "a deflate stream", found: "a damaged one (zlib: \(reason))")
      }
    }
  }
}
