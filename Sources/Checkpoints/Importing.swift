import Archives
import Tensors

/// A checkpoint as it was read, and what the reader has to say about it.
public struct Imported: Sendable {
  /// The checkpoint.
  public var checkpoint: Checkpoint
  /// What the user should know, a sentence each.
  public var notes: [String]
  /// Names that were left out by the user's word.
  public var dropped = 0
}

extension Dialect {
  /// What files of this dialect cannot tell and was assumed, a sentence each.
  func assumptions(_ origins: Origins) -> [String] {
    (file.cannotTell ?? [:]).sorted { $0.key < $1.key }
      .filter { origins[$0.key] == .assumed }
      .map { "\($0.key) is assumed: \($0.value)" }
  }

  /// Reads an archive whose names are this dialect's.
  ///
  /// Every leaf is used once, or is a further name of one that is, or an extra, or is dropped by the
  /// user's word; the counts are in the provenance.
  ///
  /// - Parameter drop: names to leave out, the source's or native ones.
  /// - Throws: `Failure` (`badInput`) that names the leaf.
  public func read(_ archive: Archive, drop: NamePatterns = NamePatterns()) throws -> Imported {
    let index = NameIndex(archive, for: file)
    guard let fit = try fit(index) ?? fit(index, byAnchors: false) else {
      throw Failure(expected: "names of the dialect \(name)", found: "none of them")
    }
    var reading = DialectReading(dialect: self, fit: fit, drop: drop)
    return try reading.run(archive)
  }
}
