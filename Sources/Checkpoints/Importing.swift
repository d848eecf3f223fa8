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
  /// How well an archive's names fit: the form and spelling that fit best.
  struct Fit {
    var form: Form
    var share: Double
  }

  /// The form and spelling in which most of the archive's names are this dialect's, or nil where none
  /// is.
  func fit(_ archive: Archive) throws -> Fit? {
    let names = archive.leaves.map { Array($0.name.utf8) }
    guard !names.isEmpty else { return nil }
    // A sample tells the spelling; only the best form meets every name, when it is read.
    let step = max(1, names.count / 40)
    let sample = stride(from: 0, to: names.count, by: step).map { names[$0] }
    var best: Fit?
    for form in try forms() {
      let matched = sample.filter { name in
        form.rules.contains { $0.dialect.match(name, maps: maps, known: $0.bound) != nil }
      }.count
      let share = Double(matched) / Double(sample.count)
      if share > best?.share ?? 0 { best = Fit(form: form, share: share) }
      if share == 1 { break }
    }
    return best
  }

  /// Reads an archive whose names are this dialect's.
  ///
  /// Every leaf is used once, or is an extra, or is dropped by the user's word; the counts are in the
  /// provenance.
  ///
  /// - Parameter drop: names to leave out, the source's or native ones.
  /// - Throws: `Failure` (`badInput`) that names the leaf.
  public func read(_ archive: Archive, drop: NamePatterns = NamePatterns()) throws -> Imported {
    guard let fit = try fit(archive) else {
      throw Failure(expected: "names of the dialect \(name)", found: "none of them")
    }
    var reading = DialectReading(dialect: self, form: fit.form, drop: drop)
    return try reading.run(archive)
  }
}
