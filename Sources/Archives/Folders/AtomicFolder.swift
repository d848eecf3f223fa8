import Glibc
import Tensors

/// A directory of files that appears under its name whole, or not at all: what `AtomicFile` is for
/// one file.
///
/// Its files are written in a directory of a temporary name beside it, which gets the name when they
/// are complete and on the disk. A directory that is there already is replaced in one step, where
/// the file system can (`renameat2` with exchange, as the usual ones of Linux can); elsewhere it has
/// no name for a moment, and is put aside under a temporary one, from which the next run takes it back
/// if that moment was the program's last. A directory that holds anything but regular files is never
/// replaced.
///
///     let folder = try AtomicFolder("model")
///     try Safetensors().write(archive, to: folder.makeFile("model.safetensors"))
///     try folder.commit()
public final class AtomicFolder {
  /// The destination, as the caller named it.
  public let path: String
  /// The directory that is being written, beside the destination.
  public let temporaryPath: String

  private let target: FolderDestination
  private let options: AtomicFile.Options
  private var files: [(name: String, output: OutputFile)] = []
  private var isOpen = true
  private var isPrepared = false
  /// Where the old directory is, once the new one has its name.
  private var replaced: String?
  /// The directory itself, open and locked.
  private let lock: Int32

  /// Checks the destination and makes the temporary directory beside it.
  ///
  /// - Parameter options: as of a file; the expected size is not used.
  /// - Throws: `Failure` (`usage`) where the destination exists and `force` is not set, is no
  ///   directory, or holds more than files; (`inputOutput`) where the system refuses.
  public init(_ path: String, _ options: AtomicFile.Options = AtomicFile.Options()) throws {
    self.path = path
    self.options = options
    FolderDestination.restore(path)
    target = try FolderDestination(path, force: options.force)
    try options.willBegin(.create)
    target.removeAbandoned()
    (temporaryPath, lock) = try target.makeTemporary()
  }

  deinit { discard() }

  /// Refuses a destination that a directory could not be written to, and changes nothing.
  ///
  /// - Throws: `Failure`, as the initialiser does.
  public static func check(_ path: String, force: Bool) throws {
    _ = try FolderDestination(path, force: force)
  }

  /// Makes a new file in the directory; messages name it as it will be called.
  ///
  /// - Throws: `Failure` (`usage`) where the name is none of a file, or is taken; (`inputOutput`).
  public func makeFile(_ name: String) throws -> OutputFile {
    guard isOpen, FolderDestination.isName(name) else {
      throw Failure(.usage, file: path, "'\(name)' is no name for a file of the directory")
    }
    let descriptor = unsafe open(
      temporaryPath(of: name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666 as mode_t)
    guard descriptor >= 0 else {
      if errno == EEXIST {
        throw Failure(.usage, file: path, "two files of the directory have the name \(name)")
      }
      throw Failure.system("cannot make", file: "\(path)/\(name)")
    }
    let output = OutputFile(descriptor: descriptor, path: "\(path)/\(name)")
    files.append((name, output))
    return output
  }

  /// Where a file is while it is written, for a library that opens it by itself.
  public func temporaryPath(of name: String) -> String { "\(temporaryPath)/\(name)" }

  /// The bytes of all files so far.
  public var size: Int { files.reduce(0) { $0 + fileSize($1.output.descriptor) } }

  private func fileSize(_ descriptor: Int32) -> Int {
    FileStatus(descriptor: descriptor)?.size ?? 0
  }

  /// Hands to the system what the files' buffers hold, so that the files can be read.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  public func flush() throws {
    for (_, output) in files { try output.flush() }
  }

  /// Brings all content to the disk, so that nothing remains to be done but `commit`'s renaming.
  ///
  /// - Throws: `Failure` (`inputOutput`); the destination is as it was.
  public func prepare() throws {
    guard isOpen else { throw Failure(.usage, file: path, "the directory is committed already") }
    guard !isPrepared else { return }
    try options.willBegin(.flush)
    try flush()
    for (_, output) in files { try output.checkClosing() }
    try target.giveMode(to: temporaryPath)
    if options.sync {
      try options.willBegin(.sync)
      for (name, output) in files where fsync(output.descriptor) != 0 {
        throw Failure.system("cannot write to the disk", file: "\(path)/\(name)")
      }
      try target.sync(temporaryPath)
    }
    isPrepared = true
  }

  /// Gives the directory its name, and removes the one that it replaces.
  ///
  /// - Throws: `Failure` (`inputOutput`); (`usage`) where another program has made the destination
  ///   meanwhile and `force` is not set. The destination is then as it was, unless only the last
  ///   phase failed, which leaves the new directory there.
  public func commit() throws {
    guard isOpen else { throw Failure(.usage, file: path, "the directory is committed already") }
    defer { discard() }
    try prepare()
    try options.willBegin(.replace)
    replaced = try target.replace(with: temporaryPath)
    if options.sync {
      try options.willBegin(.syncFolder)
      try target.syncParent()
    }
  }

  /// Removes the temporary directory, or after a commit what was replaced; the destination is not
  /// touched.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    for (_, output) in files { close(output.descriptor) }
    FolderDestination.remove(replaced ?? temporaryPath)
    close(lock)
  }
}
