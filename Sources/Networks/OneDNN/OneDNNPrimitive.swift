#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  /// An operation made ready for one set of shapes, with the arguments that stay: weights, say.
  final class OneDNNPrimitive {
    private let device: OneDNNDevice
    private let purpose: String
    private let operation: OneDNNHandle
    private let primitive: OneDNNHandle
    private var memories: [Int32: Memory] = [:]
    /// The bytes of working memory that the caller brings, of a shared operation.
    let scratchpadSize: Int

    /// An argument: the library's object, and the buffer it must keep alive.
    private struct Memory {
      var handle: Handle
      var buffer: OneDNNBuffer?
    }

    final class Handle {
      let memory: OneDNNHandle
      init(_ memory: consuming OneDNNHandle) { self.memory = memory }
    }

    /// The operation that `describe` gives.
    ///
    /// - Parameters:
    ///   - purpose: what errors call it, a native name.
    ///   - adds: whether the result is added to what the destination holds.
    ///   - rectifies: whether a ReLU follows.
    ///   - describe: one of the shim's functions, called with the place for the result, the
    ///     library's engine, and the attributes.
    /// - Throws: `Failure` where the library refuses.
    init(
      _ purpose: String, on device: OneDNNDevice, adds: Bool = false, rectifies: Bool = false,
      _ describe: (UnsafeMutablePointer<OpaquePointer?>, OpaquePointer, OpaquePointer) ->
        dnnl_status_t
    ) throws {
      self.device = device
      self.purpose = purpose
      let attributes = try unsafe OneDNNHandle(purpose, destroyedBy: dnnl_primitive_attr_destroy) {
        unsafe onednn_attributes_create($0, adds, rectifies)
      }
      let attributesPointer = unsafe attributes.pointer
      if device.program != nil {
        try unsafe oneDNN(purpose, onednn_attributes_share(attributesPointer))
      }
      operation = try unsafe OneDNNHandle(purpose, destroyedBy: dnnl_primitive_desc_destroy) {
        unsafe describe($0, device.engine, attributesPointer)
      }
      let operationPointer = unsafe operation.pointer
      try unsafe requireRoom(forOneDNN: operationPointer)
      primitive = try unsafe OneDNNHandle(purpose, destroyedBy: dnnl_primitive_destroy) {
        unsafe dnnl_primitive_create($0, operationPointer)
      }
      scratchpadSize =
        unsafe device.program == nil
        ? 0 : onednn_layout_size(onednn_scratchpad_layout(operationPointer))
    }

    /// The layout the operation wants for an argument (`DNNL_ARG_...`).
    func layout(of argument: Int32) -> OpaquePointer? {
      unsafe onednn_argument_layout(operation.pointer, argument)
    }

    /// The implementation the library chose: `brgconv:avx512_core`.
    var implementation: String {
      unsafe onednn_implementation(operation.pointer).map { unsafe String(cString: $0) }
        ?? "unknown"
    }

    /// Uses `buffer` for an argument in every run from now on.
    ///
    /// - Throws: `Failure` where the library refuses.
    func keep(_ buffer: OneDNNBuffer, as argument: Int32) throws {
      try unsafe place(argument, at: try buffer.pointer)
      memories[argument]?.buffer = buffer
    }

    /// Copies `values`, whose layout is `layout`, into the layout wanted for an argument, for every
    /// run from now on.
    ///
    /// - Throws: `Failure` where the library refuses or memory runs out.
    func keep(
      _ values: inout [Float], in layout: borrowing OneDNNHandle, as argument: Int32
    ) throws {
      let from = unsafe layout.pointer
      guard let wanted = unsafe self.layout(of: argument) else { return }
      let buffer = try unsafe OneDNNBuffer(bytes: onednn_layout_size(wanted))
      let reorder = try unsafe OneDNNPrimitive(purpose, on: device) {
        unsafe onednn_reorder($0, $1, from, wanted, $2)
      }
      try unsafe values.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        try unsafe reorder.run([(DNNL_ARG_FROM, base), (DNNL_ARG_TO, try buffer.pointer)])
      }
      try keep(buffer, as: argument)
    }

    /// The buffer that is used for an argument in every run.
    func kept(_ argument: Int32) -> OneDNNBuffer? { memories[argument]?.buffer }

    /// The arguments kept, for a run beside others.
    var constants: [dnnl_exec_arg_t] {
      unsafe memories.map {
        unsafe dnnl_exec_arg_t(arg: $0.key, memory: $0.value.handle.memory.pointer)
      }
    }

    /// An argument at `bytes`, which stay the caller's.
    ///
    /// - Throws: `Failure` where the library refuses.
    func memory(_ argument: Int32, at bytes: UnsafeMutableRawPointer) throws -> Handle {
      let wanted =
        unsafe argument == DNNL_ARG_SCRATCHPAD
        ? onednn_scratchpad_layout(operation.pointer) : layout(of: argument)
      let engine = unsafe device.engine
      return unsafe Handle(
        try OneDNNHandle(purpose, destroyedBy: dnnl_memory_destroy) {
          unsafe onednn_memory_create($0, wanted, engine, bytes)
        })
    }

    /// Runs the operation on exactly these arguments, on a stream of the caller's.
    ///
    /// - Throws: `Failure` where the library refuses.
    func run(_ arguments: [dnnl_exec_arg_t], on stream: OpaquePointer) throws {
      try unsafe oneDNN(
        purpose,
        dnnl_primitive_execute(primitive.pointer, stream, Int32(arguments.count), arguments))
    }

    /// Runs the operation on the arguments kept and those given, and waits for the result.
    ///
    /// - Throws: `Failure` where the library refuses.
    func run(_ arguments: [(Int32, UnsafeMutableRawPointer)]) throws {
      try unsafe arguments.forEach { argument, bytes in try unsafe place(argument, at: bytes) }
      let list = unsafe memories.map {
        unsafe dnnl_exec_arg_t(arg: $0.key, memory: $0.value.handle.memory.pointer)
      }
      try unsafe oneDNN(
        purpose,
        dnnl_primitive_execute(primitive.pointer, device.stream, Int32(list.count), list))
      try unsafe oneDNN(purpose, dnnl_stream_wait(device.stream))
    }

    private func place(_ argument: Int32, at bytes: UnsafeMutableRawPointer) throws {
      if let memory = memories[argument] {
        try unsafe oneDNN(purpose, dnnl_memory_set_data_handle(memory.handle.memory.pointer, bytes))
        return
      }
      memories[argument] = unsafe Memory(handle: try memory(argument, at: bytes))
    }
  }
#endif
