import Archives
import Glibc
import Tensors

/// A picture that was asked for, by itself or as part of a folder.
public struct PictureFile: Sendable, Hashable {
  /// The file.
  public var path: String
  /// What results call it: the path within the folder that was named, or the path as it was given.
  public var name: String

  /// A picture.
  public init(path: String, name: String) {
    self.path = path
    self.name = name
  }

  /// The folder that it lies in, without those above; nil where none is named.
  public var folder: String? {
    let parts = path.split(separator: "/")
    return parts.count > 1 ? String(parts[parts.count - 2]) : nil
  }

  /// The file's name without its ending.
  public var stem: String {
    let base = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = base.lastIndex(of: "."), dot > base.startIndex else { return base }
    return String(base[..<dot])
  }

  /// The endings by which pictures are found in folders; a file that is named needs none.
  public static let endings: Set<String> = ["jpg", "jpeg", "jpe", "png"]

  /// The most pictures of a run.
  public static let limit = 1 << 26

  /// The pictures that arguments name: files, folders with all below them, `@list` files of such, a
  /// line each.
  ///
  /// Folders are read in the order of names, hidden files and folders passed over.
  ///
  /// - Throws: `Failure` (`inputOutput`) where a folder or list cannot be read, (`badInput`) where
  ///   lists name lists, or no picture is left.
  public static func all(_ arguments: [String]) throws -> [PictureFile] {
    var result: [PictureFile] = []
    for argument in arguments {
      guard argument.hasPrefix("@") else {
        try add(argument, to: &result)
        continue
      }
      for line in try lines(of: String(argument.dropFirst())) { try add(line, to: &result) }
    }
    guard !result.isEmpty else {
      throw Failure(
        expected: "JPEG or PNG pictures", found: "none in \(arguments.joined(separator: ", "))")
    }
    return result
  }

  /// The most bytes of a line: those of a path (`PATH_MAX`).
  private static let lineLimit = 4096

  /// The lists of pictures that arguments name.
  public static func lists(in arguments: [String]) -> [String] {
    arguments.filter { $0.hasPrefix("@") }.map { String($0.dropFirst()) }
  }

  /// The lines of a text file, without empty ones.
  ///
  /// - Throws: `Failure` (`badInput`) where a line is longer than a path, or not UTF-8.
  static func lines(of path: String) throws -> [String] {
    let file = try MappedFile(path)
    return try unsafe file.withCheckedBytes { bytes in
      var (lines, start) = ([String](), 0)
      while start < bytes.count {
        let rest = bytes[start...].prefix(lineLimit + 1)
        let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
        guard end - start <= lineLimit, let line = String(validating: rest[..<end], as: UTF8.self)
        else {
          throw Failure(
            file: path, place: "byte \(start)",
            expected: "lines of UTF-8, of at most \(lineLimit) bytes", found: "another")
        }
        if !line.allSatisfy(\.isWhitespace) { lines.append(line) }
        start = end + 1
      }
      return lines
    }
  }

  private static func add(_ path: String, to result: inout [PictureFile]) throws {
    guard Folder.isFolder(path) else {
      result.append(PictureFile(path: path, name: path))
      return
    }
    let root = path.hasSuffix("/") ? path : path + "/"
    try addFolder(root, below: "", to: &result, depth: 0)
  }

  private static func addFolder(
    _ root: String, below: String, to result: inout [PictureFile], depth: Int
  ) throws {
    guard depth < 32 else {
      throw Failure(file: root + below, expected: "folders at most 32 deep", found: "more")
    }
    for name in try names(in: root + below) {
      let path = below + name
      if Folder.isFolder(root + path) {
        try addFolder(root, below: path + "/", to: &result, depth: depth + 1)
        continue
      }
      let ending = name.split(separator: ".").last.map { $0.lowercased() }
      guard let ending, endings.contains(ending) else { continue }
      guard result.count < limit else {
        throw Failure(file: root, expected: "at most \(limit) pictures", found: "more")
      }
      result.append(PictureFile(path: root + path, name: path))
    }
  }

  private static func names(in path: String) throws -> [String] {
    try DirectoryEntries.names(in: path).filter { !$0.hasPrefix(".") }.sorted()
  }
}
