import CHDF5

/// Why a file is not read.
struct Refusal: Error {
  /// The object concerned, as a path.
  var place: String
  /// The sentence.
  var message: String

  /// `expected X, found Y`.
  init(_ place: String, expected: String, found: String) {
    self.init(place, "expected \(expected), found \(found)")
  }

  /// A free sentence.
  init(_ place: String, _ message: String) {
    self.place = place.isEmpty ? "/" : place
    self.message = message
  }
}

/// The result of an HDF5 call, or the innermost reason that HDF5 gives for its failure.
///
/// This program does not share `HDF5Writing`'s calls, which bring a large runtime along: it starts
/// for each foreign file, with an address space that is limited.
@discardableResult
func check<Result: SignedInteger>(
  _ result: Result, _ action: @autoclosure () -> String, at place: String = ""
) throws -> Result {
  guard result < 0 else { return result }
  var reason = "no reason given"
  _ = unsafe withUnsafeMutablePointer(to: &reason) { reason in
    unsafe h5_walk_errors(
      { _, error, context in
        if let text = unsafe error?.pointee.desc.map({ unsafe String(cString: $0) }), !text.isEmpty
        {
          unsafe context?.assumingMemoryBound(to: String.self).pointee = text
        }
        return 0
      }, unsafe reason)
  }
  throw Refusal(place, "HDF5 cannot \(action()): \(reason)")
}

/// An HDF5 identifier that is closed when it goes out of scope.
struct Handle: ~Copyable {
  /// The identifier, for calls.
  let id: hid_t
  private let closing: @convention(c) (hid_t) -> herr_t

  /// The identifier that a call gave.
  init(
    _ id: hid_t, closedBy closing: @escaping @convention(c) (hid_t) -> herr_t,
    _ action: @autoclosure () -> String, at place: String = ""
  ) throws {
    self.id = try check(id, action(), at: place)
    self.closing = closing
  }

  deinit { _ = closing(id) }
}
