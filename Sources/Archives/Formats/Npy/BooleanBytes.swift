import Tensors

/// The bytes of an array of booleans; each is checked to be 0 or 1 when they are resolved, so that
/// opening a file still touches headers only.
struct BooleanBytes: ByteSource {
  private let base: any ByteSource
  private let start: Int
  private let place: String

  /// The bytes of `base`, of which those from `start` on are booleans; messages name `place`.
  init(_ base: any ByteSource, from start: Int, place: String) {
    self.base = base
    self.start = start
    self.place = place
  }

  var count: Int { base.count }

  var fileName: String? { base.fileName }

  func resolved() throws -> any ByteSource {
    let source = try base.resolved()
    try unsafe source.withCheckedBytes { bytes in
      if let bad = bytes[start...].firstIndex(where: { $0 > 1 }) {
        throw Failure(
          place: place, expected: "0 or 1 as boolean \(bad - start)", found: "\(bytes[bad])")
      }
    }
    return source
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe resolved().withBytes(body)
  }
}
