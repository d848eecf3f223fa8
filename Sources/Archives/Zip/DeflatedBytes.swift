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
    let state = try inflate(into: result.mutable)
    guard state.isEnded, state.written == member.size, state.read == slice.count else {
      throw Failure(
        place: place,
        expected: "\(member.size) bytes from a deflate stream of \(slice.count)",
        found: state.isEnded
          ? "\(state.written) from \(state.read)" : "a stream that holds more, or ends early")
    }
    var checksum = Checksum()
    checksum.update(UnsafeRawBufferPointer(result.mutable))
    try checksum.check(member)
    return result
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try resolved().withBytes(body)
  }

  /// The first `count` bytes, fewer where the stream ends.
  func beginning(_ count: Int) throws -> [UInt8] {
    let result = try OwnedBytes(count: count)
    let state = try inflate(into: result.mutable)
    return Array(result.mutable.prefix(state.written))
  }

  private var place: String { "member '\(member.name)'" }

  private struct State {
    var read = 0
    var written = 0
    var isEnded = false
  }

  /// Inflates until `output` is full or the stream ends.
  private func inflate(into output: UnsafeMutableRawBufferPointer) throws -> State {
    var memory = z_stream()
    // zlib keeps this address.
    return try withUnsafeMutablePointer(to: &memory) { stream in
      // Minus 15: a raw stream with a window of 2^15 bytes.
      let size = Int32(MemoryLayout<z_stream>.size)
      guard inflateInit2_(stream, -15, ZLIB_VERSION, size) == Z_OK else {
        throw Failure(.inputOutput, place: place, "no memory to inflate")
      }
      defer { inflateEnd(stream) }
      return try slice.withBytes { try run(stream, from: $0, into: output) }
    }
  }

  private func run(
    _ stream: UnsafeMutablePointer<z_stream>, from input: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) throws -> State {
    var state = State()
    while true {
      // zlib counts in 32 bits.
      let from = input[state.read...].prefix(1 << 30)
      let into = output[state.written...].prefix(1 << 30)
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress.map { $0 + from.startIndex }?.assumingMemoryBound(
          to: UInt8.self))
      stream.pointee.next_out = output.baseAddress.map { $0 + into.startIndex }?
        .assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(from.count)
      stream.pointee.avail_out = UInt32(into.count)
      let code = CZlib.inflate(stream, Z_NO_FLUSH)
      let read = from.count - Int(stream.pointee.avail_in)
      let written = into.count - Int(stream.pointee.avail_out)
      state.read += read
      state.written += written
      switch code {
      case Z_STREAM_END:
        state.isEnded = true
        return state
      case Z_OK where read + written > 0: continue
      case Z_OK, Z_BUF_ERROR: return state
      default:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(code)"
        throw Failure(
          place: place, expected: "a deflate stream", found: "a damaged one (zlib: \(reason))")
      }
    }
  }
}
