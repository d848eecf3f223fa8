import CLinux
import Glibc
import Tensors

/// The place a directory is to have, and what is there now.
struct FolderDestination {
  private let path: String
  /// The directory that is to hold it, links resolved.
  private let parent: String
  private let name: String
  private let force: Bool
  /// The permissions of the directory that is there; nil where none is.
  private let mode: mode_t?

  private var target: String { "\(parent)/\(name)" }

  /// Examines what is at `path`; a symbolic link stands for the directory it leads to.
  ///
  /// - Throws: `Failure`, see `AtomicFolder`.
  init(_ path: String, force: Bool) throws {
    self.path = path
    self.force = force
    var resolved = path
    while resolved.count > 1, resolved.hasSuffix("/") { resolved.removeLast() }
    if FileStatus(resolved, followsLinks: false) != nil {
      resolved = try Destination.realPath(of: resolved)
      guard let status = FileStatus(resolved) else {
        throw Failure.system("cannot examine", file: path)
      }
      guard status.kind == .directory else {
        throw Failure(.usage, file: path, "expected a name for a directory, found a file")
      }
      guard force else { throw Self.exists(path) }
      try Self.checkReplaceable(resolved, named: path)
      mode = status.permissions
    } else if errno == ENOENT {
      mode = nil
    } else {
      throw Failure.system("cannot examine", file: path)
    }
    let parts = Destination.split(resolved)
    guard Self.isName(parts.name) else {
      throw Failure(.usage, file: path, "expected a name for a directory")
    }
    name = parts.name
    parent = try Destination.realFolder(parts.folder, of: path)
  }

  private static let asideEnding = "-old"

  /// Gives a directory its name back that a killed program had put aside, where the name is free.
  static func restore(_ path: String) {
    var resolved = path
    while resolved.count > 1, resolved.hasSuffix("/") { resolved.removeLast() }
    guard FileStatus(resolved, followsLinks: false) == nil, errno == ENOENT else { return }
    let parts = Destination.split(resolved)
    guard isName(parts.name), let parent = try? Destination.realFolder(parts.folder, of: path)
    else { return }
    Temporaries(of: parts.name, in: parent).forEachAbandoned { path in
      guard path.hasSuffix(asideEnding) else { return }
      // Over nothing but an empty directory, which `rename` refuses to do with anything else.
      _ = unsafe rename(path, "\(parent)/\(parts.name)")
    }
  }

  private var temporaries: Temporaries { Temporaries(of: name, in: parent) }

  /// Makes a new directory beside the destination; it is locked while the descriptor is open.
  func makeTemporary() throws -> (path: String, descriptor: Int32) {
    // Until it has the old one's mode, no one may look in who could not look into that.
    let mode: mode_t = mode == nil ? 0o777 : 0o700
    return try temporaries.make("a temporary directory", for: path) { path in
      guard unsafe mkdir(path, mode) == 0 else { return nil }
      if let descriptor = Self.open(path) { return descriptor }
      let reason = errno
      unsafe rmdir(path)
      errno = reason
      return nil
    }
  }

  private static func open(_ folder: String) -> Int32? {
    let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    return descriptor >= 0 ? descriptor : nil
  }

  /// Removes temporary directories of this destination that killed programs left.
  func removeAbandoned() {
    temporaries.forEachAbandoned { Self.remove($0) }
  }

  /// Gives the directory at `temporary` the permissions of the one it replaces.
  func giveMode(to temporary: String) throws {
    guard let mode else { return }
    guard unsafe chmod(temporary, mode) == 0 else {
      throw Failure.system("cannot set permissions", file: path)
    }
  }

  /// Gives the directory at `temporary` its name.
  ///
  /// - Returns: where what had the name is now, for the caller to remove: at `temporary`, or beside it
  ///   where the file system would not have that.
  func replace(with temporary: String) throws -> String {
    if mode == nil {
      // What is made in this very moment is replaced if it is an empty directory, and else refused.
      if FileStatus(target, followsLinks: false) != nil { throw Self.exists(path) }
      guard unsafe rename(temporary, target) == 0 else {
        if [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno) { throw Self.exists(path) }
        throw Failure.system("cannot rename", file: path)
      }
      return temporary
    }
    try Self.checkReplaceable(target, named: path)
    if unsafe linux_exchange(temporary, target) == 0 { return temporary }
    guard [EINVAL, ENOSYS].contains(errno) else {
      throw Failure.system("cannot rename", file: path)
    }
    let aside = temporary + Self.asideEnding
    // Locked, so that nobody takes it for one that was left behind.
    let old = Self.open(target)
    defer { if let old { close(old) } }
    if let old { _ = Temporaries.lock(old) }
    guard unsafe rename(target, aside) == 0 else {
      throw Failure.system("cannot rename", file: path)
    }
    guard unsafe rename(temporary, target) == 0 else {
      var failure = Failure.system("cannot rename", file: path)
      if unsafe rename(aside, target) != 0 {
        failure.message += "; the next run gives the old directory, \(aside), its name back"
      }
      throw failure
    }
    // Under this name nobody takes it for the directory that is to get its name back.
    return unsafe rename(aside, temporary) == 0 ? temporary : aside
  }

  /// Waits until the entries of the directory that holds the destination are on the disk.
  func syncParent() throws { try sync(parent) }

  /// Waits until a directory's entries are on the disk.
  func sync(_ folder: String) throws { try Destination.sync(folder, named: path) }

  /// Removes a directory of files; one that holds directories stays.
  static func remove(_ folder: String) {
    guard FileStatus(folder, followsLinks: false)?.kind == .directory else { return }
    for name in (try? FolderListing.entries(of: folder, limit: .max)) ?? [] {
      unsafe unlink("\(folder)/\(name)")
    }
    unsafe rmdir(folder)
  }

  /// Whether `name` may be a file's.
  static func isName(_ name: String) -> Bool {
    (1...255).contains(name.utf8.count) && name != "." && name != ".."
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  /// Refuses to replace what is more than a checkpoint.
  private static func checkReplaceable(_ folder: String, named path: String) throws {
    let (_, others) = try FolderListing.files(in: folder, hidden: true)
    if let other = others.first {
      throw Failure(
        .usage, file: path,
        "the directory holds \(other.name), \(other.reason): only directories of files are replaced"
      )
    }
  }

  private static func exists(_ path: String) -> Failure {
    Failure(.usage, file: path, "the directory exists already; --force replaces it")
  }
}
