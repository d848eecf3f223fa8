import COneDNN

/// The processor as the library sees it; what is to work together has the same one.
public final class OneDNNProcessor {
  private let handle: OneDNNHandle

  /// The processor.
  ///
  /// - Throws: `Failure` where the library refuses.
  public init() throws {
    handle = try unsafe OneDNNHandle("engine", destroyedBy: dnnl_engine_destroy) {
      unsafe dnnl_engine_create($0, dnnl_cpu, 0)
    }
  }

  /// The library's engine.
  public var engine: OpaquePointer { unsafe handle.pointer }

  /// A queue of work for it.
  ///
  /// - Throws: `Failure` where the library refuses.
  public func stream() throws -> OneDNNHandle {
    try unsafe OneDNNHandle("stream", destroyedBy: dnnl_stream_destroy) {
      unsafe dnnl_stream_create($0, engine, UInt32(dnnl_stream_default_flags.rawValue))
    }
  }
}
