import Tensors

/// A text of a pickle.
///
/// Long ones stay in the file, since protocol 2 keeps the bytes of arrays as text.
final class PickleText {
  /// How a pickle spells a text.
  enum Encoding {
    /// UTF-8: protocols 1 to 5.
    case utf8
    /// A line of Latin-1 with `\uXXXX`: protocol 0.
    case rawUnicodeEscape
  }

  private enum Content {
    case string(String)
    case file(any ByteSource, Encoding)
  }

  private var content: Content
  private static let shortLimit = 256

  /// A text in memory.
  init(_ string: String) { content = .string(string) }

  /// A text that the bytes of `source` spell; short ones are decoded at once.
  ///
  /// - Throws: `Failure` where a short one is no text.
  init(_ source: any ByteSource, _ encoding: Encoding) throws {
    content = .file(source, encoding)
    if source.count <= Self.shortLimit { content = .string(try string()) }
  }

  /// The text where it has at most 256 bytes.
  var short: String? {
    if case .string(let string) = content, string.utf8.count <= 2 * Self.shortLimit {
      string
    } else {
      nil
    }
  }

  /// The number of bytes that it takes in the file or in memory.
  var count: Int {
    switch content {
    case .string(let string): string.utf8.count
    case .file(let source, _): source.count
    }
  }

  /// The text, decoded once.
  ///
  /// - Throws: `Failure` where it is none.
  func string() throws -> String {
    switch content {
    case .string(let string): return string
    case .file(let source, let encoding):
      let string = try unsafe source.withCheckedBytes { bytes -> String? in
        switch encoding {
        case .utf8: String(validating: bytes, as: UTF8.self)
        case .rawUnicodeEscape: RawUnicodeEscape.scalars(bytes).map { String($0) }
        }
      }
      guard let string else {
        throw Failure(expected: "a text", found: "bytes that are no Unicode text")
      }
      content = .string(string)
      return string
    }
  }

  /// The bytes of which the text's scalars are the values, as `text.encode('latin1')` gives them.
  func latin1() -> PickleBytes {
    switch content {
    case .string(let string): PickleBytes(latin1: HeapBytes(Array(string.utf8)), .utf8)
    case .file(let source, let encoding): PickleBytes(latin1: source, encoding)
    }
  }
}

/// The text form of protocol 0: Latin-1, and `\uXXXX` or `\UXXXXXXXX` for what has no place in it.
enum RawUnicodeEscape {
  /// The scalars that `bytes` spell, or nil where an escape is not whole or stands for none.
  static func scalars(_ bytes: CheckedBytes) -> String.UnicodeScalarView? {
    var result = String.UnicodeScalarView()
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count,
        let digits = [UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8][bytes[index + 1]]
      else {
        result.append(Unicode.Scalar(bytes[index]))
        index += 1
        continue
      }
      guard bytes.count - index >= digits + 2 else { return nil }
      var value: UInt32 = 0
      for place in index + 2..<index + 2 + digits {
        guard let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue else { return nil }
        value = value << 4 | UInt32(digit)
      }
      guard let scalar = Unicode.Scalar(value) else { return nil }
      result.append(scalar)
      index += digits + 2
    }
    return result
  }
}
