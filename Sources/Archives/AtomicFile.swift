import Glibc
import Tensors

/// A file that appears under its name whole, or not at all.
///
/// It is written under a temporary name in the same directory and renamed when it is complete, so
/// that whatever happens in between (a full disk, a kill, a crash of the machine) the destination is
/// the old file or the new one. A destination that is a symbolic link stays one: the file that it
/// leads to is replaced, as `cp` would. Other hard links of the old file keep the old content.
///
///     let file = try AtomicFile("out.npz")
///     try Npz().write(archive, to: file.output)
///     try file.commit()
public final class AtomicFile {
  /// What a commit does, in this order.
  public enum Phase: String, Sendable, CaseIterable {
    /// Temporary files of programs that were killed are removed, and this one's is made.
    case create
    /// The expected size is reserved, so that a full disk is noticed before the work.
    case reserve
    /// What the output's buffer still holds is written.
    case flush
    /// The content reaches the disk.
    case sync
    /// The temporary file gets the destination's name.
    case replace
    /// The name reaches the disk.
    case syncFolder
  }

  /// The destination, as the caller named it.
  public let path: String
  /// The file that is being written, in the destination's directory.
  public let temporaryPath: String
  /// What to write the content with.
  public let output: OutputFile

  private let target: Destination
  private let options: Options
  private let descriptor: Int32
  private var isOpen = true
  private var reserved = 0
  private var isPrepared = false

  /// How the destination is treated.
  public struct Options: Sendable {
    /// Whether an existing file is replaced; otherwise it is an error, whenever it appeared.
    public var force: Bool
    /// Whether `commit` waits until content and name are on the disk.
    public var sync: Bool
    /// Bytes to reserve before writing, where they are known.
    public var expectedSize: Int?
    /// Called before each phase, for progress and for tests; what it throws stops the work there.
    public var willBegin: @Sendable (Phase) throws -> Void = { _ in }

    /// Options; by default nothing is replaced, and the disk is waited for.
    public init(force: Bool = false, sync: Bool = true, expectedSize: Int? = nil) {
      self.force = force
      self.sync = sync
      self.expectedSize = expectedSize
    }
  }

  /// Checks the destination and makes the temporary file beside it.
  ///
  /// - Throws: `Failure` (`usage`) where the destination exists and `force` is not set, or is no
  ///   regular file; (`inputOutput`) where the system refuses, as for a full disk.
  public init(_ path: String, _ options: Options = Options()) throws {
    self.path = path
    self.options = options
    target = try Destination(path, force: options.force)
    try options.willBegin(.create)
    target.removeAbandoned()
    (temporaryPath, descriptor) = try target.makeTemporary()
    output = OutputFile(descriptor: descriptor, path: path)
    try options.willBegin(.reserve)
    if let size = options.expectedSize, size > 0 { try reserve(size) }
  }

  /// Refuses a destination that a file could not be written to, and changes nothing.
  ///
  /// - Throws: `Failure`, as the initialiser does.
  public static func check(_ path: String, force: Bool) throws {
    _ = try Destination(path, force: force)
  }

  /// Removes a file that a new one makes wrong, if there is one.
  ///
  /// - Throws: `Failure` (`usage`) where there is one and `force` is not set; (`inputOutput`).
  public static func remove(_ path: String, force: Bool) throws {
    try checkRemoval(path, force: force)
    // What has too long a name cannot be there.
    guard unsafe unlink(path) == 0 || errno == ENOENT || errno == ENAMETOOLONG else {
      throw Failure.system("cannot remove", file: path)
    }
  }

  /// Refuses to remove a file, if there is one, and changes nothing.
  ///
  /// - Throws: `Failure` (`usage`) where there is one and `force` is not set.
  public static func checkRemoval(_ path: String, force: Bool) throws {
    guard !force, FileStatus(path, followsLinks: false) != nil else { return }
    throw Failure(.usage, file: path, "this file speaks of the output; --force removes it")
  }

  /// Removes what killed programs left of a file at `path`, where it is not written now; the file itself
  /// stays.
  public static func removeAbandoned(_ path: String) {
    (try? Destination(path, force: true))?.removeAbandoned()
  }

  deinit { discard() }

  /// Brings the whole content to the disk, so that nothing remains to be done but `commit`'s renaming.
  ///
  /// - Throws: `Failure` (`inputOutput`); the destination is as it was.
  public func prepare() throws {
    guard isOpen else { throw Failure(.usage, file: path, "the file is committed already") }
    guard !isPrepared else { return }
    try options.willBegin(.flush)
    try output.flush()
    try trim()
    try target.giveMode(to: descriptor)
    try output.checkClosing()
    if options.sync {
      try options.willBegin(.sync)
      guard fsync(descriptor) == 0 else {
        throw Failure.system("cannot write to the disk", file: path)
      }
    }
    isPrepared = true
  }

  /// Gives the file its name.
  ///
  /// - Throws: `Failure` (`inputOutput`); (`usage`) where another program has made the destination
  ///   meanwhile and `force` is not set. The destination is then as it was, unless only the last
  ///   phase failed, which leaves the new file there.
  public func commit() throws {
    guard isOpen else { throw Failure(.usage, file: path, "the file is committed already") }
    defer { discard() }
    try prepare()
    try options.willBegin(.replace)
    try target.replace(with: temporaryPath)
    if options.sync {
      try options.willBegin(.syncFolder)
      try target.syncFolder()
    }
  }

  /// Removes the temporary file, if it still has its name; the destination is not touched.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    close(descriptor)
    // After a commit the name is gone, and this finds nothing.
    unsafe unlink(temporaryPath)
  }

  /// Reserves space for a file of `size` bytes; `commit` cuts what `output` has not filled.
  ///
  /// File systems that cannot reserve are left alone.
  ///
  /// - Throws: `Failure` (`inputOutput`) where there is not so much.
  public func reserve(_ size: Int) throws {
    let code = posix_fallocate(descriptor, 0, off_t(size))
    switch code {
    case 0: reserved = size
    case EOPNOTSUPP, EINVAL: return
    default:
      errno = code
      throw Failure.system("cannot reserve \(size) bytes", file: path)
    }
  }

  /// Cuts off what was reserved and not needed; a file written otherwise than by `output` keeps its
  /// length.
  private func trim() throws {
    guard reserved > output.position, output.position > 0 else { return }
    guard ftruncate(descriptor, off_t(output.position)) == 0 else {
      throw Failure.system("cannot shorten", file: path)
    }
  }
}
