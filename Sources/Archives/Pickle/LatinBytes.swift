import Tensors

/// The bytes that are the scalars of a text in the file, as pickles of protocol 2 keep bytes:
/// decoded into memory of their own when asked for, and let go by whoever asked.
struct LatinBytes: ByteSource {
  private let text: any ByteSource
  private let encoding: PickleText.Encoding
  let count: Int

  /// The `count` bytes that `text` spells, which is no less long.
  init(_ text: any ByteSource, _ encoding: PickleText.Encoding, count: Int) {
    self.text = text
    self.encoding = encoding
    self.count = count
  }

  var fileName: String? { text.fileName }

  /// All the bytes; that there are `count` is checked.
  func resolved() throws -> any ByteSource {
    switch encoding {
    case .utf8:
      let result = try OwnedBytes(count: count)
      // By parts, so that the file's pages are in memory only once.
      try unsafe text.withBytes { bytes in
        var decoder = unsafe LatinDecoder(result.mutable)
        var start = 0
        while start < bytes.count {
          let end = unsafe LatinDecoder.boundary(
            in: bytes, near: min(bytes.count, start + slabByteCount))
          try unsafe decoder.decode(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
          text.release(start..<end)
          start = end
        }
        try check(decoder.count)
      }
      return result
    case .rawUnicodeEscape:
      let bytes = try unsafe text.withBytes { try unsafe LatinDecoder.bytes($0, encoding) }
      try check(bytes.count)
      return HeapBytes(bytes)
    }
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe resolved().withBytes(body)
  }

  private func check(_ found: Int) throws {
    guard found == count else {
      throw Failure(expected: "a text of \(count) bytes", found: "\(found)")
    }
  }
}
