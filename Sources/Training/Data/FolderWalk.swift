import Glibc
import Tensors

/// What a user's folder holds; links are followed, hidden entries are passed over.
struct FolderWalk {
  /// Names of files, sorted by their bytes.
  private(set) var files: [String] = []
  /// Names of folders, sorted by their bytes.
  private(set) var folders: [String] = []
  /// Names of pictures and folders that are no UTF-8, as they are shown: they are left out.
  private(set) var unnameable: [String] = []

  /// Lists a folder.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be read.
  init(_ path: String) throws {
    var unnameable: [String] = []
    try DirectoryEntries.forEach(
      in: path,
      unnameable: { entry in
        guard entry.kind == .directory || Self.isPicture(entry.shown) else { return }
        unnameable.append(entry.shown)
      }
    ) { name, kind in
      guard !name.hasPrefix(".") else { return true }
      // A link, or a file system that does not tell: looked at.
      let known = kind == .regular || kind == .directory
      switch known ? kind : FileStatus("\(path)/\(name)")?.kind {
      case .regular: files.append(name)
      case .directory: folders.append(name)
      default: break
      }
      return true
    }
    self.unnameable = unnameable.filter { !$0.hasPrefix(".") }.sorted()
    files.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    folders.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The paths of the pictures in a folder and all that it holds, relative to it, in order, and those
  /// that are no UTF-8.
  ///
  /// - Throws: `Failure` (`inputOutput`) where a folder cannot be read, (`badInput`) of folders that are
  ///   deeper than 16, as a link to one further up makes them.
  static func pictures(
    under path: String, depth: Int = 0
  ) throws -> (files: [String], unnameable: [String]) {
    guard depth <= 16 else {
      throw Failure(file: path, expected: "folders at most 16 deep", found: "a deeper one")
    }
    let walk = try FolderWalk(path)
    var (files, unnameable) = (walk.files.filter(isPicture), walk.unnameable)
    for folder in walk.folders {
      let below = try pictures(under: "\(path)/\(folder)", depth: depth + 1)
      files += below.files.map { "\(folder)/\($0)" }
      unnameable += below.unnameable.map { "\(folder)/\($0)" }
    }
    return (files, unnameable)
  }

  /// Whether a file's name ends as those of JPEG and PNG files do.
  static func isPicture(_ name: String) -> Bool {
    let name = name.lowercased()
    return [".jpg", ".jpeg", ".png"].contains { name.hasSuffix($0) }
  }

  /// Whether something has that path.
  static func exists(_ path: String) -> Bool {
    FileStatus(path) != nil
  }
}
