import Glibc

/// What a directory holds, as the system lists it: in no order, without `.` and `..`.
///
/// Names that are not UTF-8 are passed over.
public enum DirectoryEntries {
  /// Calls `body` with each entry's name and kind, until it gives false; the kind is nil where the file
  /// system does not tell it.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the directory cannot be opened.
  public static func forEach(
    in path: String, _ body: (String, FileStatus.Kind?) throws -> Bool
  ) throws {
    guard let directory = unsafe opendir(path) else {
      throw Failure.system("cannot open the directory", file: path)
    }
    defer { unsafe closedir(directory) }
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let name, name != ".", name != ".." else { continue }
      guard try body(name, kind(unsafe entry.pointee.d_type)) else { return }
    }
  }

  /// The names of the entries; of those after `limit` one, so that there are too many can be seen.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the directory cannot be opened.
  public static func names(in path: String, limit: Int = .max) throws -> [String] {
    var names: [String] = []
    try forEach(in: path) { name, _ in
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
