import Glibc
import Tensors

/// A file that grows by whole records, each handed to the system in one call: what a killed program
/// leaves is whole records, and at most one torn at the end.
final class AppendedFile {
  /// The file, as the caller named it.
  let path: String
  private let descriptor: Int32

  /// Opens a file at its end, making it where there is none.
  ///
  /// - Parameter length: what is kept of it, in bytes; all of it by default.
  /// - Throws: `Failure` (`inputOutput`) where the system refuses.
  init(_ path: String, keeping length: Int? = nil) throws {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure.system("cannot open for writing", file: path) }
    guard let length else { return }
    guard ftruncate(descriptor, off_t(length)) == 0 else {
      // `deinit` closes it.
      throw Failure.system("cannot shorten", file: path)
    }
  }

  deinit { close(descriptor) }

  /// Appends a record.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the system refuses.
  func append(_ record: [UInt8]) throws {
    try unsafe record.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let wrote = unsafe write(
          descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
        if wrote < 0 {
          if errno == EINTR { continue }
          throw Failure.system("cannot write", file: path)
        }
        done += wrote
      }
    }
  }
}
