import Archives
import Glibc
import Tensors

/// A picture that was asked for, by itself or as part of a folder.
public struct PictureFile: Sendable, Hashable {
  /// The file.
  public var path: String
  /// What results call it: the path within the folder that was named, or the path as it was given.
  public var name: String
  /// Why no path leads to the file: its name is no UTF-8, and `path` only shows it; else nil.
  public private(set) var problem: String?

  /// A picture.
  public init(path: String, name: String) {
    self.path = path
    self.name = name
  }

  /// A picture whose name is not UTF-8, as it is shown.
  init(shown path: String, name: String, _ problem: String) {
    self.init(path: path, name: name)
    self.problem = problem
  }

  /// Refuses a file that no path leads to.
  ///
  /// - Throws: `Failure` (`badInput`).
  public func check() throws {
    if let problem { throw Failure(.badInput, file: path, problem) }
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
      for line in try rawLines(of: String(argument.dropFirst())) {
        if let text = String(validating: line, as: UTF8.self) {
          try add(text, to: &result)
        } else {
          let shown = String(legible: line)
          result.append(PictureFile(shown: shown, name: shown, unnameable))
        }
      }
    }
    guard !result.isEmpty else {
      throw Failure(
        expected: "JPEG or PNG pictures", found: "none in \(arguments.joined(separator: ", "))")
    }
    return result
  }

  /// The lists of pictures that arguments name.
  public static func lists(in arguments: [String]) -> [String] {
    arguments.filter { $0.hasPrefix("@") }.map { String($0.dropFirst()) }
  }

  /// The most bytes of a line: those of a path (`PATH_MAX`).
  private static let lineLimit = 4096

  /// The lines of a text file, without empty ones.
  ///
  /// - Throws: `Failure` (`badInput`) where a line is longer than a path.
  static func lines(of path: String) throws -> [String] {
    try rawLines(of: path).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func rawLines(of path: String) throws -> [[UInt8]] {
    let file = try MappedFile(path)
    return try unsafe file.withCheckedBytes { bytes in
      var (lines, start) = ([[UInt8]](), 0)
      while start < bytes.count {
        let rest = bytes[start...].prefix(lineLimit + 1)
        let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
        guard end - start <= lineLimit else {
          throw Failure(
            file: path, place: "byte \(start)", expected: "a line of at most \(lineLimit) bytes",
            found: "a longer one")
        }
        let line = Array(rest[..<end])
        if !String(decoding: line, as: UTF8.self).allSatisfy(\.isWhitespace) { lines.append(line) }
        start = end + 1
      }
      return lines
    }
  }

  private static let unnameable = "expected a name in UTF-8, found another"

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
    let (names, unnameable) = try entries(of: root + below)
    result += unnameable.map {
      PictureFile(shown: root + below + $0, name: below + $0, Self.unnameable)
    }
    for name in names {
      let path = below + name
      if Folder.isFolder(root + path) {
        try addFolder(root, below: path + "/", to: &result, depth: depth + 1)
        continue
      }
      guard isPicture(name) else { continue }
      guard result.count < limit else {
        throw Failure(file: root, expected: "at most \(limit) pictures", found: "more")
      }
      result.append(PictureFile(path: root + path, name: path))
    }
  }

  /// The names in a folder in their order, and those of pictures and folders that are no UTF-8, as they
  /// are shown.
  private static func entries(
    of path: String
  ) throws -> (names: [String], unnameable: [String]) {
    var unnameable: [String] = []
    let names = try DirectoryEntries.names(in: path) { entry in
      guard entry.kind == .directory || isPicture(entry.shown) else { return }
      unnameable.append(entry.shown + (entry.kind == .directory ? "/" : ""))
    }
    let seen = { (name: String) in !name.hasPrefix(".") }
    return (names.filter(seen).sorted(), unnameable.filter(seen).sorted())
  }

  private static func isPicture(_ name: String) -> Bool {
    name.split(separator: ".").last.map { endings.contains($0.lowercased()) } ?? false
  }
}
