import Glibc
import Tensors

/// The place a file is to have, and what is there now.
struct Destination {
  /// The path as the caller named it, for messages.
  private let path: String
  /// The directory that holds it, links resolved unless that leads to a name that is no UTF-8.
  private let folder: String
  /// Its name in that directory.
  private let name: String
  private let force: Bool
  /// The permissions of the file that is there.
  private let mode: mode_t?

  /// Examines what is at `path`; a symbolic link stands for the file it leads to.
  ///
  /// - Throws: `Failure` (`usage`) where a file is there and `force` is false, or something that is
  ///   no regular file; (`inputOutput`) where the directory is missing or a link leads nowhere.
  init(_ path: String, force: Bool) throws {
    self.path = path
    self.force = force
    var resolved = path
    if FileStatus(path, followsLinks: false) != nil {
      resolved = try Self.realPath(of: path)
      guard let status = FileStatus(resolved) else {
        throw Failure.system("cannot examine", file: path)
      }
      guard status.kind == .regular else {
        throw Failure(
          .usage, file: path, "expected a name for a file, found a directory, FIFO or device")
      }
      guard force else { throw Self.exists(path) }
      mode = status.permissions
    } else if errno == ENOENT {
      mode = nil
    } else {
      throw Failure.system("cannot examine", file: path)
    }
    let parts = Self.split(resolved)
    guard !parts.name.isEmpty, parts.name != ".", parts.name != ".." else {
      throw Failure(.usage, file: path, "expected a name for a file, found a directory's")
    }
    name = parts.name
    folder = try Self.realFolder(parts.folder, of: path)
  }

  private var temporaries: Temporaries { Temporaries(of: name, in: folder) }

  /// Makes a new file in the destination's directory and opens it for reading and writing; it is locked
  /// while it is open.
  func makeTemporary() throws -> (path: String, descriptor: Int32) {
    // Until it has the old file's mode, no one may read who could not read that.
    let mode = mode.map { $0 & 0o600 | 0o200 } ?? 0o666
    return try temporaries.make("a temporary file", for: path) { path in
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      return descriptor >= 0 ? descriptor : nil
    }
  }

  /// Removes temporary files of this destination that killed programs left.
  func removeAbandoned() {
    temporaries.forEachAbandoned { unsafe unlink($0) }
  }

  /// Gives the open file the permissions of the file it replaces.
  func giveMode(to descriptor: Int32) throws {
    guard let mode else { return }
    guard fchmod(descriptor, mode) == 0 else {
      throw Failure.system("cannot set permissions", file: path)
    }
  }

  /// Moves the file at `temporary` to the destination; without `force` never over another file.
  func replace(with temporary: String) throws {
    let target = "\(folder)/\(name)"
    if force {
      guard unsafe rename(temporary, target) == 0 else {
        throw Failure.system("cannot rename", file: path)
      }
      return
    }
    // A second name fails where the first exists; the caller removes the temporary one.
    if unsafe link(temporary, target) == 0 { return }
    if errno == EEXIST { throw Self.exists(path) }
    // Some file systems have no hard links; there a file made in this very moment is replaced.
    if unsafe access(target, F_OK) == 0 { throw Self.exists(path) }
    guard unsafe rename(temporary, target) == 0 else {
      throw Failure.system("cannot rename", file: path)
    }
  }

  /// Waits until the directory's entries are on the disk.
  func syncFolder() throws { try Self.sync(folder, named: path) }

  /// Waits until a directory's entries are on the disk; a failure names the destination, `path`.
  static func sync(_ folder: String, named path: String) throws {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.system("cannot open the directory", file: path) }
    defer { close(descriptor) }
    // Some file systems cannot, and say so by EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw Failure.system("cannot write the directory to the disk", file: path)
    }
  }

  private static func exists(_ path: String) -> Failure {
    Failure(.usage, file: path, "the file exists already; --force replaces it")
  }

  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }

  /// What is at `path`, links resolved; where only directories above it have names that are no UTF-8,
  /// the path as it is.
  ///
  /// - Throws: `Failure` (`inputOutput`) where a link cannot be followed, or leads to such a name.
  static func realPath(of path: String) throws -> String {
    if let resolved = try resolving(path, of: path, "the link cannot be followed") {
      return resolved
    }
    guard FileStatus(path, followsLinks: false)?.kind != .symbolicLink else {
      throw Failure(
        .inputOutput, file: path, "expected a link to a name in UTF-8, found one to another")
    }
    return path
  }

  /// A directory, links resolved, or as it is where that leads to a name that is no UTF-8.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be reached.
  static func realFolder(_ folder: String, of named: String) throws -> String {
    try resolving(folder, of: named, "cannot reach \(folder)") ?? folder
  }

  /// A path with links resolved; nil where it is no UTF-8 then: repaired it would lead elsewhere.
  private static func resolving(
    _ path: String, of named: String, _ problem: String
  ) throws -> String? {
    guard let resolved = unsafe realpath(path, nil) else {
      throw Failure.system(problem, file: named)
    }
    defer { unsafe free(resolved) }
    return unsafe String(validatingCString: resolved)
  }
}
