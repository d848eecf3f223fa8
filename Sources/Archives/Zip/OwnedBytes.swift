import Glibc
import Tensors

/// Memory of a size that a file asked for: its absence is an error, not the end of the program.
///
/// Safe, since it owns the memory, and what writes to it says that it is unsafe.
@safe
final class OwnedBytes: ByteSource {
  let count: Int
  nonisolated(unsafe) private let address: UnsafeMutableRawPointer

  /// The size of a large page of x86-64 and of most ARM systems.
  private static let largePage = 2 << 20

  /// Memory for `count` bytes at a multiple of 64, not yet written.
  ///
  /// - Throws: `Failure` (`inputOutput`) where there is not so much.
  init(count: Int) throws {
    var address: UnsafeMutableRawPointer?
    let isLarge = count >= 2 * Self.largePage
    guard unsafe posix_memalign(&address, isLarge ? Self.largePage : 64, max(count, 1)) == 0,
      let address = unsafe address
    else {
      throw Failure(.inputOutput, "no memory for \(count) bytes")
    }
    // A tensor is written once, from end to end: in small pages the system's part of that is half of it.
    // Where it refuses, they are small.
    if isLarge { unsafe madvise(address, count, MADV_HUGEPAGE) }
    self.count = count
    unsafe self.address = address
  }

  deinit { unsafe free(address) }

  /// The bytes, for whoever fills them before anyone else sees them.
  var mutable: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: address, count: count)
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try unsafe body(UnsafeRawBufferPointer(mutable))
  }
}
