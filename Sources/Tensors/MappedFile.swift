import Glibc

/// A regular file, opened for reading and mapped into memory: its pages are read when touched.
public final class MappedFile: ByteSource {
  /// The file, as the caller named it.
  public let path: String
  /// The number of bytes when it was opened.
  public let count: Int
  /// The device and inode, by which two names of one file are recognised.
  public let identity: FileIdentity
  nonisolated(unsafe) private let address: UnsafeRawPointer?

  /// Opens and maps the file at `path`.
  ///
  /// - Parameter followsLinks: whether `path` may be a symbolic link; for names that come from a file
  ///   it may not, since it could lead anywhere.
  /// - Throws: `Failure` (`inputOutput`) where it cannot be opened, (`badInput`) where it is not a
  ///   regular file, or is a link that must not be followed.
  public init(_ path: String, followsLinks: Bool = true) throws {
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
    let descriptor = open(path, flags)
    guard descriptor >= 0 else {
      if !followsLinks, errno == ELOOP {
        throw Failure(file: path, expected: "a regular file", found: "a symbolic link")
      }
      var failure = Failure.system("cannot open", file: path)
      // What other programs take for standard input.
      if path == "-" { failure.message += "; a checkpoint is read from a file, not from a pipe" }
      throw failure
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw Failure.system("cannot examine", file: path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(file: path, expected: "a regular file", found: fileKind(status.st_mode))
    }
    self.path = path
    count = Int(status.st_size)
    identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    guard count > 0 else {
      address = nil
      return
    }
    let mapped = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard mapped != MAP_FAILED, let mapped = mapped else {
      throw Failure.system("cannot map", file: path)
    }
    address = UnsafeRawPointer(mapped)
  }

  /// A new descriptor of the same file, for a program that reads it by itself; the caller closes it.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the path now leads to another file, or nowhere.
  public func reopened() throws -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure.system("cannot open", file: path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, Int(status.st_size) == count,
      FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)) == identity
    else {
      close(descriptor)
      throw Failure(.inputOutput, file: path, "the file was changed while it was read")
    }
    return descriptor
  }

  /// The path.
  public var fileName: String? { path }

  deinit {
    if let address = address {
      munmap(UnsafeMutableRawPointer(mutating: address), count)
    }
  }

  /// Calls `body` with all bytes of the file.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
  {
    try body(UnsafeRawBufferPointer(start: address, count: count))
  }

  /// Takes the whole pages of `range` out of the process's memory, unless they are few.
  ///
  /// They stay in the system's cache, from which they come back when they are touched.
  public func release(_ range: Range<Int>) {
    let pageSize = 4096
    let start = (range.lowerBound + pageSize - 1) / pageSize * pageSize
    let end = range.upperBound == count ? count : range.upperBound / pageSize * pageSize
    guard let address, start >= 0, end <= count, end - start >= 16 * pageSize else { return }
    // A hint that cannot fail for a mapping of our own.
    _ = madvise(UnsafeMutableRawPointer(mutating: address + start), end - start, MADV_DONTNEED)
  }
}

/// What tells one file from another, whatever its name.
public struct FileIdentity: Hashable, Sendable {
  /// The device that holds the file.
  public let device: UInt64
  /// The file's number on that device.
  public let inode: UInt64
}

extension Failure {
  /// The failure that `errno` names, said of `file`.
  public static func system(_ action: String, file: String?) -> Failure {
    let code = errno
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return Failure(.inputOutput, file: file, "\(action): \(reason)")
  }
}

private func fileKind(_ mode: mode_t) -> String {
  switch mode & S_IFMT {
  case S_IFDIR: "a directory"
  case S_IFIFO: "a FIFO"
  case S_IFSOCK: "a socket"
  case S_IFCHR, S_IFBLK: "a device"
  default: "something else"
  }
}
