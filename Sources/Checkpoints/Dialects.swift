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
    return try Dialect(json: try MappedFile(name).withBytes { Array($0) }, file: name)
  }
}
