import Glibc

/// What a directory holds, as the system lists it: in no order, without `.` and `..`.
///
/// A name that is not UTF-8 cannot be spoken of in these programs, whose paths are texts: the file that
/// a repaired name leads to would be another. Such entries are told apart from the others.
public enum DirectoryEntries {
  /// An entry whose name is not UTF-8.
  public struct Unnameable: Sendable, Hashable {
    /// The name as it is shown: `\xFF.jpg`.
    public var shown: String
    /// What it is; nil where the file system does not tell.
    public var kind: FileStatus.Kind?
  }

  /// Calls `body` with each entry's name and kind, until it gives false; the kind is nil where the file
  /// system does not tell it.
  ///
  /// - Parameter unnameable: called with those whose names are not UTF-8.
  /// - Throws: `Failure` (`inputOutput`) where the directory cannot be opened.
  public static func forEach(
    in path: String, unnameable: (Unnameable) -> Void = { _ in },
    _ body: (String, FileStatus.Kind?) throws -> Bool
  ) throws {
    guard let directory = unsafe opendir(path) else {
      throw Failure.system("cannot open the directory", file: path)
    }
    defer { unsafe closedir(directory) }
    while let entry = unsafe readdir(directory) {
      let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe Array(bytes.prefix { $0 != 0 })
      }
      let kind = kind(unsafe entry.pointee.d_type)
      guard let name = String(validating: bytes, as: UTF8.self) else {
        unnameable(Unnameable(shown: String(legible: bytes), kind: kind))
        continue
      }
      guard name != ".", name != ".." else { continue }
      guard try body(name, kind) else { return }
    }
  }

  /// The names of the entries; of those after `limit` one, so that there are too many can be seen.
  ///
  /// - Parameter unnameable: called with those whose names are not UTF-8.
  /// - Throws: `Failure` (`inputOutput`) where the directory cannot be opened.
  public static func names(
    in path: String, limit: Int = .max, unnameable: (Unnameable) -> Void = { _ in }
  ) throws -> [String] {
    var names: [String] = []
    try forEach(in: path, unnameable: unnameable) { name, _ in
      names.append(name)
      return names.count <= limit
    }
    return names
  }

  private static func kind(_ type: UInt8) -> FileStatus.Kind? {
    switch Int(type) {
    case Int(DT_REG): .regular
    case Int(DT_DIR): .directory
    case Int(DT_LNK): .symbolicLink
    case Int(DT_FIFO): .fifo
    case Int(DT_SOCK): .socket
    case Int(DT_CHR), Int(DT_BLK): .device
    default: nil
    }
  }
}
