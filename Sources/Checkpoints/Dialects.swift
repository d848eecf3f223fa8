import Archives
import Schemas
import Tensors

/// The dialects that checkpoints are read in and written in, besides the native one.
public enum Dialects {
  /// The name of the project's own names, which every format can hold.
  public static let native = "native"

  /// The names of the dialects that come with the project.
  public static var names: [String] { Schemas.dialects.map(\.name) }

  /// Every dialect that comes with the project.
  ///
  /// - Throws: `Failure` where a file of the project is broken.
  public static func all() throws -> [Dialect] {
    try parsed.map { try $0.get() }
  }

  private static let parsed = Schemas.dialects.map { dialect in
    Result { try Dialect(json: dialect.json, file: dialect.name + ".json", checked: false) }
  }

  /// The dialect called `name`, or that of the JSON file at that path.
  ///
  /// - Throws: `Failure` (`usage`) where there is neither; (`badInput`) where the file is broken.
  public static func named(_ name: String) throws -> Dialect {
    if let found = Schemas.dialects.first(where: { $0.name == name }) {
      return try Dialect(json: found.json, file: name + ".json", checked: false)
    }
    guard name.hasSuffix(".json") else {
      throw Failure(
        .usage,
        "no dialect is called \(name); there are \(([native] + names).joined(separator: ", "))"
          + ", or the path of a dialect file (.json)")
    }
    return try Dialect(json: try MappedFile(name).document(), file: name)
  }

  /// The dialect whose rules fit the archive's names best.
  ///
  /// - Throws: `Failure` (`badInput`) where most names are no dialect's.
  static func recognising(_ archive: Archive) throws -> Dialect {
    var best: (dialect: Dialect, fit: Dialect.Fit)?
    let plain = NameIndex(archive)
    for dialect in try all() {
      let file = dialect.file
      guard file.arrange == nil || KerasArrangement.formats.contains(archive.format) else {
        continue
      }
      // Few dialects have words of their own for the fields of tuples, or for layers.
      let hasOwnNames = file.records != nil || file.arrange != nil
      let index = hasOwnNames ? NameIndex(archive, for: file) : plain
      guard let fit = try dialect.fit(index), fit.isBetter(than: best?.fit) else { continue }
      best = (dialect, fit)
    }
    if let best, best.fit.share >= 0.5 {
      // A network inside a larger file of another program is taken only by the user's word: the rest
      // would be left among the extras.
      let others = plain.networkTensors
      guard best.fit.matched * 2 >= Double(others) else {
        throw Failure(
          expected: "names of a known dialect",
          found:
            "\(Int(best.fit.matched)) of \(others) tensors that are \(best.dialect.name)'s, under "
            + "'\(best.fit.prefix)'; --from \(best.dialect.name) takes those and keeps the rest as extras"
        )
      }
      return best.dialect
    }
    let found = archive.leaves.prefix(3).map { "'\($0.name)'" }.joined(separator: ", ")
    let isNameless = archive.leaves.allSatisfy { $0.path.isEmpty }
    throw Failure(
      expected: "names of a known dialect (\(names.joined(separator: ", ")))",
      found: (isNameless ? "no names at all" : found + (archive.leaves.count > 3 ? ", ..." : ""))
        + "; byol-convert --infer finds out what they are")
  }
}
