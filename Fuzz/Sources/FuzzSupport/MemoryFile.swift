import CFuzzer
import Glibc
public import Archives
public import Tensors

/// A file in memory, in place of one on a disk: readers map files.
///
/// Each input has a file of its own, so that nothing of an earlier one is seen.
public final class MemoryFile {
  private let descriptor: Int32

  /// A new, empty file.
  public init() {
    descriptor = fuzzer_memory_file()
    guard descriptor >= 0 else { finding("the machine gives no file in memory") }
  }

  deinit { close(descriptor) }

  /// A path that leads to it while it lives.
  public var path: String { "/proc/self/fd/\(descriptor)" }

  /// A file of `bytes`.
  public convenience init(_ bytes: UnsafeRawBufferPointer) throws {
    self.init()
    try unsafe output().send(bytes, at: 0)
  }

  /// The file, opened for reading.
  public func mapped() throws -> MappedFile { try MappedFile(path) }

  /// The file, open for writing from its beginning.
  public func output() -> OutputFile { OutputFile(descriptor: descriptor, path: path) }
}
