public import Tensors

/// What the document `/index` says of a dataset.
public struct IndexEntry: Hashable, Sendable {
  /// The path, without leading slash: `online/encoder/stem/conv/weight`.
  public let path: String
  /// The type of the elements.
  public let elementType: ElementType
  /// The length of each axis.
  public let shape: [Int]
  /// The first byte in the file; 0 where there are no bytes.
  public let offset: Int
  /// The number of bytes.
  public let byteCount: Int
  /// The SHA-256 of the bytes.
  public let digest: Digest

  /// The description of a dataset.
  public init(
    path: String, elementType: ElementType, shape: [Int], offset: Int, byteCount: Int,
    digest: Digest
  ) {
    self.path = path
    self.elementType = elementType
    self.shape = shape
    self.offset = offset
    self.byteCount = byteCount
    self.digest = digest
  }

  /// The entry as a JSON object.
  ///
  /// Paths need no escapes: `NativeLayout.isName` allows none.
  var json: String {
    let shape = shape.map(String.init).joined(separator: ",")
    return #"{"path":"\#(path)","offset":\#(offset),"byte_count":\#(byteCount),"#
      + #""dtype":"\#(elementType.rawValue)","shape":[\#(shape)],"sha256":"\#(digest)"}"#
  }

  /// Whether bytes end as the document does: with the digest of its last line.
  static func isEnd(of bytes: CheckedBytes) -> Bool {
    let (before, after) = (Array(#""sha256":""#.utf8), Array("\"}\n]\n".utf8))
    let end = Array(bytes.suffix(before.count + 64 + after.count))
    return end.starts(with: before) && end.suffix(after.count).elementsEqual(after)
      && end.dropFirst(before.count).dropLast(after.count).allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
      }
  }

  /// The bytes of the document: a JSON array, a line for each entry, sorted by path.
  package static func document(_ entries: [IndexEntry]) -> [UInt8] {
    let sorted = entries.sorted { $0.path < $1.path }
    return Array(("[\n" + sorted.map(\.json).joined(separator: ",\n") + "\n]\n").utf8)
  }
}
