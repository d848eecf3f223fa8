import Glibc

/// What the system says of a file (`stat`, `lstat`, `fstat`).
public struct FileStatus: Sendable {
  /// The kinds of files.
  public enum Kind: Sendable {
    case regular, directory, symbolicLink, fifo, socket, device, other
  }

  /// What it is.
  public let kind: Kind
  /// Its bytes.
  public let size: Int
  /// Who may read, write and execute it: the lowest nine bits of its mode.
  public let permissions: UInt32
  /// What tells it from others.
  public let identity: FileIdentity

  /// The status of what is at `path`, or nil, with `errno` set, where the system gives none.
  ///
  /// - Parameter followsLinks: whether a symbolic link stands for what it leads to.
  public init?(_ path: String, followsLinks: Bool = true) {
    var status = stat()
    guard unsafe (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else {
      return nil
    }
    self.init(status)
  }

  /// The status of an open file, or nil, with `errno` set, where the system gives none.
  public init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// What a symbolic link says; nil where it is none, or says what is no UTF-8.
  public static func target(ofLink path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(path, &target, target.count)
    guard count > 0 else { return nil }
    return String(
      validating: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFLNK: .symbolicLink
      case S_IFIFO: .fifo
      case S_IFSOCK: .socket
      case S_IFCHR, S_IFBLK: .device
      default: .other
      }
    size = Int(status.st_size)
    permissions = status.st_mode & 0o777
    identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }
}

/// What tells one file from another, whatever its name.
public struct FileIdentity: Hashable, Sendable {
  /// The device that holds the file.
  public let device: UInt64
  /// The file's number on that device.
  public let inode: UInt64
}
