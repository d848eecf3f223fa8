import Tensors

/// A member of a zip file, as its central directory describes it.
public struct ZipMember: Sendable {
  /// How a member's bytes are kept.
  public enum Method: UInt16, Sendable {
    /// As they are.
    case stored = 0
    /// As a raw deflate stream (RFC 1951).
    case deflated = 8
  }

  /// The name; a text, never used as a path.
  public let name: String
  /// How the bytes are kept.
  public let method: Method
  /// The number of bytes of the content.
  public let size: Int
  /// CRC-32 of the content.
  public let checksum: UInt32
  /// Where the stored or compressed bytes lie in the file.
  public let range: Range<Int>
}
