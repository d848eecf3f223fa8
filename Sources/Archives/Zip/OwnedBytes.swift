import Glibc
import Tensors

/// Memory of a size that a file asked for: its absence is an error, not the end of the program.
///
/// Safe, since it owns the memory, and what writes to it says that it is unsafe.
@safe
final class OwnedBytes: ByteSource {
  let count: Int
  nonisolated(unsafe) private let address: UnsafeMutableRawPointer

  /// Memory for `count` bytes at a multiple of 64, not yet written.
  ///
  /// - Throws: `Failure` (`inputOutput`) where there is not so much.
  init(count: Int) throws {
    var address: UnsafeMutableRawPointer?
    guard unsafe posix_memalign(&address, 64, max(count, 1)) == 0, let address = unsafe address
    else {
      throw Failure(.inputOutput, "no memory for \(count) bytes")
    }
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
