#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  /// An operation made ready for one set of shapes.
  final class OneDNNPrimitive {
    private let device: OneDNNDevice
    private let purpose: String
    private let operationHandle: OneDNNHandle
    private let primitive: OneDNNHandle
    private var memories: [Int32: Memory] = [:]

    /// Describes an operation to the library: given the place for the result, the engine and the
    /// attributes.
    typealias Describe = (
      UnsafeMutablePointer<OpaquePointer?>, OpaquePointer, OpaquePointer
    ) -> dnnl_status_t

    private final class Memory {
      let handle: OneDNNHandle
      init(_ handle: consuming OneDNNHandle) { self.handle = handle }
    }

    /// The operation that `describe` gives.
    ///
    /// - Parameters:
    ///   - purpose: what errors call it.
    ///   - adds: whether the result is added to what the destination holds.
    /// - Throws: `Failure` where the library refuses.
    init(
      _ purpose: String, on device: OneDNNDevice, adds: Bool = false, _ describe: Describe
    ) throws {
      self.device = device
      self.purpose = purpose
      let attributes = try unsafe OneDNNHandle(purpose, destroyedBy: dnnl_primitive_attr_destroy) {
        unsafe onednn_attributes_create($0, adds, false)
      }
      let attributesPointer = unsafe attributes.pointer
      operationHandle = try unsafe OneDNNHandle(purpose, destroyedBy: dnnl_primitive_desc_destroy) {
        unsafe describe($0, device.engine, attributesPointer)
      }
      let operation = unsafe operationHandle.pointer
      try unsafe requireRoom(forOneDNN: operation)
      primitive = try unsafe OneDNNHandle(purpose, destroyedBy: dnnl_primitive_destroy) {
        unsafe dnnl_primitive_create($0, operation)
      }
    }

    /// The library's description of the operation.
    var operation: OpaquePointer { unsafe operationHandle.pointer }

    /// The layout the operation wants for an argument (`DNNL_ARG_...`).
    func layout(of argument: Int32) -> OpaquePointer? {
      unsafe onednn_argument_layout(operation, argument)
    }

    /// The bytes of an argument.
    func bytes(of argument: Int32) -> Int {
      unsafe layout(of: argument).map { unsafe onednn_layout_size($0) } ?? 0
    }

    /// The implementation the library chose: `jit:avx512_core`.
    var implementation: String {
      unsafe onednn_implementation(operation).map { unsafe String(cString: $0) } ?? "unknown"
    }

    /// Runs the operation on the memory given for each argument, and waits for the result.
    ///
    /// - Throws: `Failure` where the library refuses.
    func run(_ arguments: [(Int32, UnsafeMutableRawPointer)]) throws {
      let list = try unsafe arguments.map { argument, bytes in
        unsafe dnnl_exec_arg_t(arg: argument, memory: try memory(argument, at: bytes))
      }
      try unsafe oneDNN(
        purpose,
        dnnl_primitive_execute(primitive.pointer, device.stream, Int32(list.count), list))
      try unsafe oneDNN(purpose, dnnl_stream_wait(device.stream))
    }

    private func memory(
      _ argument: Int32, at bytes: UnsafeMutableRawPointer
    ) throws -> OpaquePointer {
      if let memory = memories[argument] {
        let pointer = unsafe memory.handle.pointer
        try unsafe oneDNN(purpose, dnnl_memory_set_data_handle(pointer, bytes))
        return unsafe pointer
      }
      let wanted = unsafe layout(of: argument)
      let memory = unsafe Memory(
        try OneDNNHandle(purpose, destroyedBy: dnnl_memory_destroy) {
          unsafe onednn_memory_create($0, wanted, device.engine, bytes)
        })
      memories[argument] = memory
      return unsafe memory.handle.pointer
    }
  }
#endif
