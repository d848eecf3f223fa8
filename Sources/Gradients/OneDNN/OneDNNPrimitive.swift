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
      let attributes = try OneDNNHandle(purpose, destroyedBy: dnnl_primitive_attr_destroy) {
        onednn_attributes_create($0, adds, false)
      }
      let attributesPointer = attributes.pointer
      operationHandle = try OneDNNHandle(purpose, destroyedBy: dnnl_primitive_desc_destroy) {
        describe($0, device.engine, attributesPointer)
      }
      let operation = operationHandle.pointer
      try requireRoom(forOneDNN: operation)
      primitive = try OneDNNHandle(purpose, destroyedBy: dnnl_primitive_destroy) {
        dnnl_primitive_create($0, operation)
      }
    }

    /// The library's description of the operation.
    var operation: OpaquePointer { operationHandle.pointer }

    /// The layout the operation wants for an argument (`DNNL_ARG_...`).
    func layout(of argument: Int32) -> OpaquePointer? {
      onednn_argument_layout(operation, argument)
    }

    /// The bytes of an argument.
    func bytes(of argument: Int32) -> Int {
      layout(of: argument).map { onednn_layout_size($0) } ?? 0
    }

    /// The implementation the library chose: `jit:avx512_core`.
    var implementation: String {
      onednn_implementation(operation).map { String(cString: $0) } ?? "unknown"
    }

    /// Runs the operation on the memory given for each argument, and waits for the result.
    ///
    /// - Throws: `Failure` where the library refuses.
    func run(_ arguments: [(Int32, UnsafeMutableRawPointer)]) throws {
      var list: [dnnl_exec_arg_t] = []
      list.reserveCapacity(arguments.count)
      for (argument, bytes) in arguments {
        list.append(dnnl_exec_arg_t(arg: argument, memory: try memory(argument, at: bytes)))
      }
      try oneDNN(
        purpose,
        dnnl_primitive_execute(primitive.pointer, device.stream, Int32(list.count), list))
      try oneDNN(purpose, dnnl_stream_wait(device.stream))
    }

    private func memory(
      _ argument: Int32, at bytes: UnsafeMutableRawPointer
    ) throws -> OpaquePointer {
      if let memory = memories[argument] {
        let pointer = memory.handle.pointer
        try oneDNN(purpose, dnnl_memory_set_data_handle(pointer, bytes))
        return pointer
      }
      let wanted = layout(of: argument)
      let memory = Memory(
        try OneDNNHandle(purpose, destroyedBy: dnnl_memory_destroy) {
          onednn_memory_create($0, wanted, device.engine, bytes)
        })
      memories[argument] = memory
      return memory.handle.pointer
    }
  }
#endif
