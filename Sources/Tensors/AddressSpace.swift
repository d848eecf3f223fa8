import Glibc
import Synchronization

/// The addresses that the process may still use, where they are limited (`ulimit -v`).
///
/// Libraries do not all look whether they got memory: OpenBLAS 0.3.21 asks again for ever, oneDNN's
/// compiler of kernels and HDF5 write to address 0, Dispatch waits for a thread that never comes. So
/// where addresses are limited, it is asked before such a call whether there is room for what it takes.
/// Elsewhere Linux gives addresses without end, and nothing is asked.
public enum AddressSpace {
  /// The most bytes that the process may map; nil where there is no limit.
  public static let limit: Int? = {
    var limits = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0 else {
      return nil
    }
    return Int(exactly: limits.rlim_cur)
  }()

  /// What a thread takes: its stack, and what it does first.
  public static let threadByteCount = 16 << 20

  /// Refuses to go on where there is no room for `count` bytes in one piece.
  ///
  /// - Parameter purpose: what they are for, in the sentence.
  /// - Throws: `Failure` (`inputOutput`).
  public static func require(_ count: Int, for purpose: @autoclosure () -> String) throws {
    guard let limit, !hasRoom(for: count) else { return }
    throw Failure(
      .inputOutput,
      "no room for \(Numbers.bytes(count)) of \(purpose()): addresses are limited to "
        + "\(Numbers.bytes(limit)) (ulimit -v)")
  }

  /// The same of an array of a tensor's elements: Swift ends the process where it finds no room.
  static func requireArray(_ byteCount: Int) throws {
    // Small ones are many, and come out of the heap.
    guard byteCount > 1 << 20 else { return }
    try require(byteCount + (1 << 20), for: "a tensor's elements")
  }

  /// The same of a library that keeps what it has got: it is asked again only for more.
  ///
  /// - Parameter margin: what must be left for others beside it.
  public static func require(_ count: Int, keptBy library: String, margin: Int) throws {
    guard limit != nil else { return }
    let missing = count - kept(by: library)
    guard missing > 0 else { return }
    try require(missing + margin, for: library)
    kept.withLock { $0[library] = max(count, $0[library, default: 0]) }
  }

  /// The bytes that a library was allowed to keep.
  static func kept(by library: String) -> Int { kept.withLock { $0[library, default: 0] } }

  /// Notes that a library has given back what it had kept.
  static func forget(_ library: String) { kept.withLock { $0[library] = nil } }

  private static let kept = Mutex<[String: Int]>([:])

  /// Whether `count` bytes can be mapped in one piece; always where there is no limit.
  public static func hasRoom(for count: Int) -> Bool {
    guard limit != nil, count > 0 else { return true }
    return canMap(count)
  }

  static func canMap(_ count: Int) -> Bool {
    let piece = unsafe mmap(
      nil, count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard unsafe piece != MAP_FAILED else { return false }
    unsafe munmap(piece, count)
    return true
  }
}
