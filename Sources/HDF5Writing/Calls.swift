import CHDF5
import Synchronization
import Tensors

/// The result of an HDF5 call, or the reasons that HDF5 gives for its failure.
///
/// Every call goes through here, one at a time: HDF5 need not be built for threads, and does not look
/// whether it got memory.
///
/// - Parameter action: what is being done, after "cannot".
/// - Throws: `Failure` (`inputOutput`).
@discardableResult
func check<Result: SignedInteger & Sendable>(
  _ call: @autoclosure () -> Result, _ action: @autoclosure () -> String
) throws -> Result {
  try AddressSpace.require(8 << 20, for: "HDF5's working memory")
  let (result, reasons) = library.withLock { _ in
    h5_be_quiet()
    let result = call()
    return (result, result < 0 ? errorStack() : [])
  }
  guard result >= 0 else {
    let reasons = reasons.isEmpty ? "no reason given" : reasons.joined(separator: ": ")
    throw Failure(.inputOutput, "HDF5 cannot \(action()): \(reasons)")
  }
  return result
}

/// An HDF5 identifier that this process owns: closed exactly once, at the latest when it goes out
/// of scope.
struct Handle: ~Copyable {
  /// The identifier, for calls.
  let id: hid_t
  private let closing: @convention(c) (hid_t) -> herr_t

  /// The identifier that `open` gives.
  ///
  /// - Throws: `Failure` (`inputOutput`).
  init(
    _ open: @autoclosure () -> hid_t, closedBy closing: @escaping @convention(c) (hid_t) -> herr_t,
    _ action: @autoclosure () -> String
  ) throws {
    id = try check(open(), action())
    self.closing = closing
  }

  deinit { _ = try? check(closing(id), "close") }

  /// Closes now.
  ///
  /// - Throws: `Failure` (`inputOutput`), say where what HDF5 had buffered cannot be written.
  consuming func close(_ action: @autoclosure () -> String) throws {
    let (id, closing) = (id, closing)
    discard self
    try check(closing(id), action())
  }
}

/// Guards the library.
///
/// HDF5 is told not to close files when the process ends: after a failed close
/// that crashes (a full disk, HDF5 1.10), and we close what we open.
private let library: Mutex<Void> = {
  _ = H5dont_atexit()
  return Mutex(())
}()

/// What went wrong in the last call, from the outermost function to the innermost.
private func errorStack() -> [String] {
  var reasons: [String] = []
  unsafe withUnsafeMutablePointer(to: &reasons) { reasons in
    _ = unsafe h5_walk_errors(
      { _, error, context in
        let text = unsafe error?.pointee.desc.map { unsafe String(cString: $0) }
        let reasons = unsafe context?.assumingMemoryBound(to: [String].self)
        if let text, !text.isEmpty { unsafe reasons?.pointee.append(text) }
        return 0
      }, unsafe reasons)
  }
  return reasons
}
