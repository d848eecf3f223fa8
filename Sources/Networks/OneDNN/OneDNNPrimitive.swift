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
      let attributes = try OneDNNHandle(purpose, destroyedBy: dnnl_primitive_attr_destroy) {
        onednn_attributes_create($0, adds, rectifies)
      }
      let attributesPointer = attributes.pointer
      if device.program != nil { try oneDNN(purpose, onednn_attributes_share(attributesPointer)) }
      operation = try OneDNNHandle(purpose, destroyedBy: dnnl_primitive_desc_destroy) {
        describe($0, device.engine, attributesPointer)
      }
      let operationPointer = operation.pointer
      try requireRoom(forOneDNN: operationPointer)
      primitive = try OneDNNHandle(purpose, destroyedBy: dnnl_primitive_destroy) {
        dnnl_primitive_create($0, operationPointer)
      }
      scratchpadSize =
        device.program == nil ? 0 : onednn_layout_size(onednn_scratchpad_layout(operationPointer))
    }

    /// The layout the operation wants for an argument (`DNNL_ARG_...`).
    func layout(of argument: Int32) -> OpaquePointer? {
      onednn_argument_layout(operation.pointer, argument)
    }

    /// The implementation the library chose: `brgconv:avx512_core`.
    var implementation: String {
      onednn_implementation(operation.pointer).map { String(cString: $0) } ?? "unknown"
    }

    /// Uses `buffer` for an argument in every run from now on.
    ///
    /// - Throws: `Failure` where the library refuses.
    func keep(_ buffer: OneDNNBuffer, as argument: Int32) throws {
      try place(argument, at: try buffer.pointer)
      memories[argument]?.buffer = buffer
    }

    /// Copies `values`, whose layout is `layout`, into the layout wanted for an argument, for every
    /// run from now on.
    ///
    /// - Throws: `Failure` where the library refuses or memory runs out.
    func keep(
      _ values: inout [Float], in layout: borrowing OneDNNHandle, as argument: Int32
    ) throws {
      let from = layout.pointer
      guard let wanted = self.layout(of: argument) else { return }
      let buffer = try OneDNNBuffer(bytes: onednn_layout_size(wanted))
      let reorder = try OneDNNPrimitive(purpose, on: device) {
        onednn_reorder($0, $1, from, wanted, $2)
      }
      try values.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        try reorder.run([(DNNL_ARG_FROM, base), (DNNL_ARG_TO, try buffer.pointer)])
      }
      try keep(buffer, as: argument)
    }

    /// The buffer that is used for an argument in every run.
    func kept(_ argument: Int32) -> OneDNNBuffer? { memories[argument]?.buffer }

    /// The arguments kept, for a run beside others.
    var constants: [dnnl_exec_arg_t] {
      memories.map { dnnl_exec_arg_t(arg: $0.key, memory: $0.value.handle.memory.pointer) }
    }

    /// An argument at `bytes`, which stay the caller's.
    ///
    /// - Throws: `Failure` where the library refuses.
    func memory(_ argument: Int32, at bytes: UnsafeMutableRawPointer) throws -> Handle {
      let wanted =
        argument == DNNL_ARG_SCRATCHPAD
        ? onednn_scratchpad_layout(operation.pointer) : layout(of: argument)
      let engine = device.engine
      return Handle(
        try OneDNNHandle(purpose, destroyedBy: dnnl_memory_destroy) {
          onednn_memory_create($0, wanted, engine, bytes)
        })
    }

    /// Runs the operation on exactly these arguments, on a stream of the caller's.
    ///
    /// - Throws: `Failure` where the library refuses.
    func run(_ arguments: [dnnl_exec_arg_t], on stream: OpaquePointer) throws {
      try oneDNN(
        purpose,
        dnnl_primitive_execute(primitive.pointer, stream, Int32(arguments.count), arguments))
    }

    /// Runs the operation on the arguments kept and those given, and waits for the result.
    ///
    /// - Throws: `Failure` where the library refuses.
    func run(_ arguments: [(Int32, UnsafeMutableRawPointer)]) throws {
      for (argument, bytes) in arguments { try place(argument, at: bytes) }
      let list = memories.map {
        dnnl_exec_arg_t(arg: $0.key, memory: $0.value.handle.memory.pointer)
      }
      try oneDNN(
        purpose,
        dnnl_primitive_execute(primitive.pointer, device.stream, Int32(list.count), list))
      try oneDNN(purpose, dnnl_stream_wait(device.stream))
    }

    private func place(_ argument: Int32, at bytes: UnsafeMutableRawPointer) throws {
      if let memory = memories[argument] {
        try oneDNN(purpose, dnnl_memory_set_data_handle(memory.handle.memory.pointer, bytes))
        return
      }
      memories[argument] = Memory(handle: try memory(argument, at: bytes))
    }
  }
#endif
