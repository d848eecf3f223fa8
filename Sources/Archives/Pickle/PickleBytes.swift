import Tensors

/// A string of bytes of a pickle, which stays in the file until it is asked for.
final class PickleBytes {
  /// What Python made of it.
  enum Kind {
    case bytes, bytearray
    /// A `str` of Python 2, which may be text or bytes.
    case python2
  }

  private enum Content {
    case plain(any ByteSource)
    case latin1(any ByteSource, PickleText.Encoding)
  }

  /// What Python made of it.
  let kind: Kind
  private let content: Content
  private var decoded: [UInt8]?

  /// Bytes as they lie in `source`.
  init(_ source: any ByteSource, _ kind: Kind = .bytes) {
    content = .plain(source)
    self.kind = kind
  }

  /// The bytes that a text's scalars are.
  init(latin1 source: any ByteSource, _ encoding: PickleText.Encoding) {
    content = .latin1(source, encoding)
    kind = .bytes
  }

  /// The same bytes as another kind.
  init(_ other: PickleBytes, as kind: Kind) {
    content = other.content
    self.kind = kind
  }

  /// The number of bytes that it takes in the file, which are at least as many as it has.
  var storedCount: Int {
    switch content {
    case .plain(let source), .latin1(let source, _): source.count
    }
  }

  /// The bytes as a source, which must have `count` of them; those in a text are decoded and counted
  /// when they are asked for.
  ///
  /// - Throws: `Failure` where there cannot be so many.
  func source(count: Int) throws -> any ByteSource {
    switch content {
    case .plain(let source):
      guard source.count == count else {
        throw Failure(expected: "\(count) bytes", found: "\(source.count)")
      }
      return source
    case .latin1(let source, let encoding):
      // A scalar takes 1 or 2 bytes, or up to the 10 of an escape.
      guard count <= source.count, count >= source.count / (encoding == .utf8 ? 2 : 10) else {
        throw Failure(expected: "\(count) bytes", found: "a text of \(source.count) bytes")
      }
      return LatinBytes(source, encoding, count: count)
    }
  }

  /// The bytes, decoded once.
  ///
  /// - Throws: `Failure` where they are a text with scalars above 255.
  func bytes() throws -> [UInt8] {
    if let decoded { return decoded }
    let result: [UInt8]
    switch content {
    case .plain(let source): result = try source.allBytes()
    case .latin1(let source, let encoding):
      result = try unsafe source.withBytes { try unsafe LatinDecoder.bytes($0, encoding) }
    }
    decoded = result
    return result
  }

  /// The text of Python 2 where it has at most 256 bytes and is one.
  var shortText: String? {
    guard storedCount <= 256, let bytes = try? bytes() else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
