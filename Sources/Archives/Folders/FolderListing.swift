import Glibc
import Tensors

/// What a directory holds.
enum FolderListing {
  /// The most entries of a directory that is a checkpoint.
  private static let limit = 4096

  /// The names of the regular files, sorted, and of what else there is, with the reason why it is not
  /// read; hidden files are passed over, unless they are asked for.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be read, (`badInput`) of too many entries.
  static func files(in path: String, hidden: Bool = false) throws -> (
    names: [String], others: [(name: String, reason: String)]
  ) {
    var names: [String] = []
    var others: [(name: String, reason: String)] = []
    for name in try entries(of: path, unnameable: { others.append(($0.shown, "no name in UTF-8")) })
    where hidden || !name.hasPrefix(".") {
      guard let status = FileStatus("\(path)/\(name)", followsLinks: false) else {
        throw Failure.system("cannot examine", file: "\(path)/\(name)")
      }
      switch status.kind {
      case .regular: names.append(name)
      case .directory: others.append((name, "a directory"))
      case .symbolicLink: others.append((name, "a symbolic link"))
      default: others.append((name, "no regular file"))
      }
    }
    return (names.sorted(), others)
  }

  /// The names of all entries but `.` and `..`, of which there may be `limit`.
  ///
  /// - Parameter unnameable: called with those whose names are not UTF-8.
  static func entries(
    of path: String, limit: Int = limit,
    unnameable: (DirectoryEntries.Unnameable) -> Void = { _ in }
  ) throws -> [String] {
    let names = try DirectoryEntries.names(in: path, limit: limit, unnameable: unnameable)
    guard names.count <= limit else {
      throw Failure(file: path, expected: "at most \(limit) files", found: "more")
    }
    return names
  }

  /// Whether `path` leads to a directory.
  static func isDirectory(_ path: String) -> Bool {
    FileStatus(path)?.kind == .directory
  }
}

extension Folder {
  /// Whether `path` leads to a directory.
  public static func isFolder(_ path: String) -> Bool { FolderListing.isDirectory(path) }

  /// The names of a directory's regular files, sorted, without the hidden ones.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be read, (`badInput`) of too many entries.
  public static func fileNames(in path: String) throws -> [String] {
    try FolderListing.files(in: path).names
  }
}
