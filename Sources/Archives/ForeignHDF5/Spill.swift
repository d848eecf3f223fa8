import Glibc
import Tensors

/// Elements that came through a pipe: small ones in memory, others in a file without a name, mapped
/// like a checkpoint's own file.
struct Spill {
  /// Bytes below which memory is used.
  private static let heapLimit = 1 << 16
  private var descriptor: Descriptor?
  private var end = 0

  /// Room for `count` bytes, filled by `fill`.
  ///
  /// - Throws: `Failure` (`inputOutput`) where there is neither memory nor space in the folder for
  ///   temporary files (`TMPDIR`), and whatever `fill` throws.
  mutating func add(
    _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> any ByteSource {
    guard count >= Self.heapLimit else {
      let bytes = try OwnedBytes(count: count)
      try unsafe fill(bytes.mutable)
      return bytes
    }
    let descriptor = try self.descriptor ?? Descriptor()
    self.descriptor = descriptor
    let bytes = try SpilledBytes(descriptor.number, at: end, count: count)
    end += (count + 4095) / 4096 * 4096
    try unsafe fill(bytes.mutable)
    return bytes
  }

  /// An open file without a name.
  private final class Descriptor {
    let number: Int32

    init() throws {
      let folder = OwnProcess.variable("TMPDIR") ?? "/tmp"
      var path = Array("\(folder)/byol-XXXXXX".utf8CString)
      let number = unsafe mkstemp(&path)
      guard number >= 0 else {
        throw Failure.system("cannot make a temporary file in \(folder)", file: nil)
      }
      unsafe unlink(path)
      _ = fcntl(number, F_SETFD, FD_CLOEXEC)
      self.number = number
    }

    deinit { close(number) }
  }
}

/// A mapped part of a file without a name.
///
/// Safe, since it owns the mapping, whose space in the file is reserved.
@safe
private final class SpilledBytes: ByteSource {
  let count: Int
  nonisolated(unsafe) private let address: UnsafeMutableRawPointer

  init(_ descriptor: Int32, at offset: Int, count: Int) throws {
    self.count = count
    // Reserved, so that a full disk is an error here and no crash when the mapping is written.
    let code = posix_fallocate(descriptor, off_t(offset), off_t(count))
    guard code == 0 else {
      errno = code
      throw Failure.system("cannot reserve \(count) bytes in a temporary file", file: nil)
    }
    let mapped = unsafe mmap(
      nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, off_t(offset))
    guard unsafe mapped != MAP_FAILED, let mapped = unsafe mapped else {
      throw Failure.system("cannot map a temporary file", file: nil)
    }
    unsafe address = mapped
  }

  deinit { unsafe munmap(address, count) }

  var mutable: UnsafeMutableRawBufferPointer { unsafe .init(start: address, count: count) }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe body(UnsafeRawBufferPointer(mutable))
  }

  func release(_ range: Range<Int>) {
    let start = (range.lowerBound + 4095) / 4096 * 4096
    let end = range.upperBound == count ? count : range.upperBound / 4096 * 4096
    guard start >= 0, end <= count, end > start else { return }
    // The pages stay in the system's cache.
    _ = unsafe madvise(address + start, end - start, MADV_DONTNEED)
  }
}
