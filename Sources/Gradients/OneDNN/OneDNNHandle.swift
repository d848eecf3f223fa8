#if ONEDNN
  import COneDNN
  import Tensors

  /// An object of the library, destroyed once, when its owner goes.
  struct OneDNNHandle: ~Copyable {
    /// A function of the library that destroys an object.
    typealias Destroy = @convention(c) (OpaquePointer?) -> dnnl_status_t

    /// The object.
    let pointer: OpaquePointer
    private let destroy: Destroy

    /// The object that `create` leaves at the place it is given.
    ///
    /// - Throws: `Failure` that names `purpose` where the library refuses.
    init(
      _ purpose: @autoclosure () -> String, destroyedBy destroy: @escaping Destroy,
      _ create: (UnsafeMutablePointer<OpaquePointer?>) -> dnnl_status_t
    ) throws {
      var made: OpaquePointer?
      try oneDNN(purpose(), create(&made))
      guard let made else { throw Failure(.inputOutput, "oneDNN made no \(purpose())") }
      pointer = made
      self.destroy = destroy
    }

    deinit { _ = destroy(pointer) }
  }

  /// Turns a status of the library into an error.
  ///
  /// - Throws: `Failure`: `inputOutput` where memory ran out, otherwise `badInput`, since the library
  ///   refuses only what a network's shapes ask for.
  func oneDNN(_ purpose: @autoclosure () -> String, _ status: dnnl_status_t) throws {
    guard status != dnnl_success else { return }
    let reason = dnnl_status2str(status).map { String(cString: $0) } ?? "\(status.rawValue)"
    throw Failure(
      status == dnnl_out_of_memory ? .inputOutput : .badInput, place: purpose(),
      "oneDNN refuses: \(reason)")
  }
#endif
