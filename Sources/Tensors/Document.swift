/// A document that is taken into memory whole: JSON, or a small text.
public enum Document {
  /// The most bytes of one.
  ///
  /// Those that the project writes have some thousands, and a decoder of JSON takes thirty times as
  /// much memory.
  public static let byteLimit = 1 << 24
  /// The most bytes of the tree of a checkpoint's source, which names every tensor.
  public static let treeByteLimit = 1 << 26

  /// Refuses what is too large, before any of it is taken.
  ///
  /// - Throws: `Failure` (`badInput`).
  public static func check(_ byteCount: Int, limit: Int = byteLimit) throws {
    guard byteCount <= limit else {
      throw Failure(
        expected: "a document of at most \(Numbers.grouped(limit)) bytes",
        found: "\(Numbers.grouped(byteCount)) bytes")
    }
  }
}

extension MappedFile {
  /// All bytes of a document.
  ///
  /// - Throws: `Failure` (`badInput`) where the file is too large for one.
  public func document() throws -> [UInt8] {
    do {
      try Document.check(count)
    } catch let failure as Failure {
      throw failure.of(file: path)
    }
    return try allBytes()
  }
}
