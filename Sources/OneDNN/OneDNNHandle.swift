public import COneDNN
import Tensors

/// An object of the library that this process owns: destroyed once, when its owner goes.
///
/// Safe, since it owns the object; only who takes its pointer can use it too late.
@safe
public struct OneDNNHandle: ~Copyable {
  /// A function of the library that destroys an object.
  public typealias Destroy = @convention(c) (OpaquePointer?) -> dnnl_status_t

  /// The object.
  public let pointer: OpaquePointer
  private let destroy: Destroy

  /// The object that `create` leaves at the place it is given.
  ///
  /// - Throws: `Failure` that names `purpose` where the library refuses.
  public init(
    _ purpose: @autoclosure () -> String, destroyedBy destroy: @escaping Destroy,
    _ create: (UnsafeMutablePointer<OpaquePointer?>) -> dnnl_status_t
  ) throws {
    var made: OpaquePointer?
    try unsafe oneDNN(purpose(), create(&made))
    guard let made = unsafe made else { throw Failure(.inputOutput, "oneDNN made no \(purpose())") }
    unsafe pointer = made
    unsafe self.destroy = destroy
  }

  deinit { _ = unsafe destroy(pointer) }
}

/// Refuses to make an operation ready where addresses are limited and its kernels and working memory have
/// no room: the library's compiler does not look.
///
/// - Throws: `Failure` (`inputOutput`).
public func requireRoom(forOneDNN operation: OpaquePointer) throws {
  guard AddressSpace.limit != nil else { return }
  try unsafe AddressSpace.require(
    onednn_working_memory(operation) + (16 << 20), for: "oneDNN's kernels and working memory")
}

/// Turns a status of the library into an error.
///
/// - Throws: `Failure`: `inputOutput` where memory ran out, otherwise `badInput`, since the library
///   refuses only what a checkpoint, its contract or a network's shapes ask for.
public func oneDNN(_ purpose: @autoclosure () -> String, _ status: dnnl_status_t) throws {
  guard status != dnnl_success else { return }
  let reason =
    unsafe dnnl_status2str(status).map { unsafe String(cString: $0) } ?? "\(status.rawValue)"
  throw Failure(
    status == dnnl_out_of_memory ? .inputOutput : .badInput, place: purpose(),
    "oneDNN refuses: \(reason)")
}
