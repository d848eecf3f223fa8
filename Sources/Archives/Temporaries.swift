import Glibc
import Tensors

/// The temporary files and directories of a destination: `.NAME.byol-tmp-PROCESS-RANDOM`, beside it.
///
/// Whoever makes one holds a lock on it (`flock`) until it has its name or is gone, and the system takes
/// the lock back when the process ends, however it ends: one that is not locked was left behind. The
/// number of its process would not tell so: numbers come again, and two containers that share a
/// directory have the same ones. Only where a file system has no locks, the number decides.
struct Temporaries {
  /// The directory that holds the destination, links resolved.
  let folder: String
  /// What their names begin with.
  let prefix: String

  /// Temporary files for the destination `name` in a directory.
  init(of name: String, in folder: String) {
    self.folder = folder
    prefix = Self.prefix(name)
  }

  /// What the names of temporary files for `name` begin with; a file name has 255 bytes.
  static func prefix(_ name: String) -> String {
    var stem = name
    while stem.utf8.count > 200 { stem.removeLast() }
    return ".\(stem).byol-tmp-"
  }

  /// Makes one under a new name, and locks it.
  ///
  /// - Parameter make: makes the file or directory and gives it opened, or nil with `errno` set.
  /// - Returns: its path, and the descriptor that holds the lock.
  /// - Throws: `Failure` (`inputOutput`) that says `what` could not be made.
  func make(
    _ what: String, for path: String, _ make: (String) -> Int32?
  ) throws -> (path: String, descriptor: Int32) {
    for _ in 0..<16 {
      let random = String(UInt32.random(in: 0...UInt32.max), radix: 16)
      let temporary = "\(folder)/\(prefix)\(getpid())-\(random)"
      guard let descriptor = make(temporary) else {
        guard unsafe errno == EEXIST || errno == ENOENT && access(folder, F_OK) == 0 else { break }
        continue
      }
      // Another program's cleaning may have come between making and locking it.
      let isOurs = Self.lock(descriptor) != .another
      if isOurs, FileStatus(temporary, followsLinks: false) != nil {
        return (temporary, descriptor)
      }
      close(descriptor)
    }
    throw Failure.system("cannot make \(what) in \(folder)", file: path)
  }

  /// Calls `body` with the path of each that was left behind; nobody else has it meanwhile.
  func forEachAbandoned(_ body: (String) -> Void) {
    let names = (try? FolderListing.entries(of: folder, limit: .max)) ?? []
    for name in names.sorted() {
      guard name.hasPrefix(prefix),
        let number = name.dropFirst(prefix.count).split(separator: "-").first,
        let process = pid_t(number), process > 0
      else { continue }
      takeOver("\(folder)/\(name)", of: process, body)
    }
  }

  private func takeOver(_ path: String, of process: pid_t, _ body: (String) -> Void) {
    let flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    // Some file systems lock only what is open for writing, and directories never are.
    var descriptor = unsafe open(path, O_RDWR | flags)
    if descriptor < 0 { descriptor = unsafe open(path, O_RDONLY | flags) }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    switch Self.lock(descriptor) {
    case .held: body(path)
    case .another: return
    case .impossible: if kill(process, 0) != 0, errno == ESRCH { body(path) }
    }
  }

  /// What became of an attempt to lock.
  enum Lock {
    /// The lock is ours, until the descriptor is closed.
    case held
    /// Somebody else has it.
    case another
    /// The file system has no locks.
    case impossible
  }

  /// Locks an open file or directory, without waiting.
  static func lock(_ descriptor: Int32) -> Lock {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return .held }
    return errno == EWOULDBLOCK ? .another : .impossible
  }
}
