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
    try slice.withBytes { input in
      var stream = z_stream()
      let size = Int32(MemoryLayout<z_stream>.size)
      // Minus 15: a raw stream with a window of 2^15 bytes.
      guard inflateInit2_(&stream, -15, ZLIB_VERSION, size) == Z_OK else {
        throw Failure(.inputOutput, place: place, "no memory to inflate")
      }
      defer { inflateEnd(&stream) }
      var state = State()
      // One byte that zlib may point at where there is nothing to read or to write.
      var spare: UInt8 = 0
      return try withUnsafeMutablePointer(to: &spare) { spare in
        while true {
          let readable = min(input.count - state.read, 1 << 30)
          let writable = min(output.count - state.written, 1 << 30)
          let from = input.baseAddress.map { $0 + state.read } ?? UnsafeRawPointer(spare)
          let into = output.baseAddress.map { $0 + state.written } ?? UnsafeMutableRawPointer(spare)
          stream.next_in = UnsafeMutablePointer(
            mutating: from.assumingMemoryBound(to: UInt8.self))
          stream.next_out = into.assumingMemoryBound(to: UInt8.self)
          stream.avail_in = UInt32(readable)
          stream.avail_out = UInt32(writable)
          let code = CZlib.inflate(&stream, Z_NO_FLUSH)
          let read = readable - Int(stream.avail_in)
          let written = writable - Int(stream.avail_out)
          state.read += read
          state.written += written
          switch code {
          case Z_STREAM_END:
            state.isEnded = true
            return state
          case Z_OK where read + written > 0: continue
          case Z_OK, Z_BUF_ERROR: return state
          default:
            throw Failure(
              place: place, expected: "a deflate stream",
              found: "a damaged one (zlib: \(stream.msg.map { String(cString: $0) } ?? "\(code)"))")
          }
        }
      }
    }
  }
}
