import Glibc

/// A regular file, opened for reading and mapped into memory: its pages are read when touched.
///
/// Safe, since it owns the mapping, which nobody can write through it, and shows its bytes only
/// during a call.
@safe
public final class MappedFile: ByteSource {
  /// The file, as the caller named it.
  public let path: String
  /// The number of bytes when it was opened.
  public let count: Int
  /// The device and inode, by which two names of one file are recognised.
  public let identity: FileIdentity
  nonisolated(unsafe) private let address: UnsafeRawPointer?
  /// Its number among the mappings of which is said what ended them.
  private let notice: Int?

  /// Opens and maps the file at `path`.
  ///
  /// - Parameter followsLinks: whether `path` may be a symbolic link; for names that come from a file
  ///   it may not, since it could lead anywhere.
  /// - Throws: `Failure` (`inputOutput`) where it cannot be opened, (`badInput`) where it is not a
  ///   regular file, or is a link that must not be followed.
  public init(_ path: String, followsLinks: Bool = true) throws {
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
    let descriptor = unsafe open(path, flags)
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
    guard let status = FileStatus(descriptor: descriptor) else {
      throw Failure.system("cannot examine", file: path)
    }
    guard status.kind == .regular else {
      throw Failure(file: path, expected: "a regular file", found: status.kind.title)
    }
    self.path = path
    count = status.size
    identity = status.identity
    guard count > 0 else {
      unsafe address = nil
      notice = nil
      return
    }
    let mapped = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard unsafe mapped != MAP_FAILED, let mapped = unsafe mapped else {
      throw Failure.system("cannot map", file: path)
    }
    unsafe address = UnsafeRawPointer(mapped)
    notice = unsafe BusErrors.watch(mapped, count, path: path)
  }

  /// A new descriptor of the same file, for a program that reads it by itself; the caller closes it.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the path now leads to another file, or nowhere.
  public func reopened() throws -> Int32 {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure.system("cannot open", file: path) }
    guard let status = FileStatus(descriptor: descriptor), status.size == count,
      status.identity == identity
    else {
      close(descriptor)
      throw Failure(.inputOutput, file: path, "the file was changed while it was read")
    }
    return descriptor
  }

  /// The path.
  public var fileName: String? { path }

  deinit {
    if let notice { BusErrors.forget(notice) }
    if let address = unsafe address {
      unsafe munmap(UnsafeMutableRawPointer(mutating: address), count)
    }
  }

  /// Calls `body` with all bytes of the file.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
  {
    try unsafe body(UnsafeRawBufferPointer(start: address, count: count))
  }

  /// Takes the whole pages of `range` out of the process's memory, unless they are few.
  ///
  /// They stay in the system's cache, from which they come back when they are touched.
  public func release(_ range: Range<Int>) {
    let pageSize = 4096
    let start = (range.lowerBound + pageSize - 1) / pageSize * pageSize
    let end = range.upperBound == count ? count : range.upperBound / pageSize * pageSize
    guard let address = unsafe address, start >= 0, end <= count, end - start >= 16 * pageSize
    else { return }
    // A hint that cannot fail for a mapping of our own.
    _ = unsafe madvise(
      UnsafeMutableRawPointer(mutating: address + start), end - start, MADV_DONTNEED)
  }
}

extension Failure {
  /// The failure that `errno` names, said of `file`.
  public static func system(_ action: String, file: String?) -> Failure {
    Failure(.inputOutput, file: file, "\(action): \(systemReason(errno))")
  }

  /// What the system calls an error's number (`strerror`).
  public static func systemReason(_ code: Int32) -> String {
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }
}

extension FileStatus.Kind {
  fileprivate var title: String {
    switch self {
    case .directory: "a directory"
    case .fifo: "a FIFO"
    case .socket: "a socket"
    case .device: "a device"
    case .regular, .symbolicLink, .other: "something else"
    }
  }
}
