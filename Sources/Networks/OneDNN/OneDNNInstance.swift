#if ONEDNN
  import COneDNN
  import OneDNN
  import Tensors

  /// Memory for one run of a program at a time, and every argument of its steps made ready in it: a
  /// run allocates nothing.
  ///
  /// Safe, since the arena that its pointers lead into is its own.
  @safe
  final class OneDNNInstance {
    private let program: OneDNNProgram
    private let threads: Int
    private let device: OneDNNDevice
    private let arena: OneDNNBuffer
    private let base: UnsafeMutableRawPointer
    private let scratchpad: OneDNNBuffer
    private let offsets: [Int]
    private var steps: [Ready] = []
    private var memories: [OneDNNPrimitive.Handle] = []

    /// A step with its arguments in place.
    ///
    /// Safe, since the pointers lead into the instance's arena.
    @safe
    private enum Ready {
      case primitive(OneDNNPrimitive, [dnnl_exec_arg_t])
      case function(OneDNNProgram.Function, [UnsafeMutableRawPointer])
    }

    /// An instance of a program.
    ///
    /// - Throws: `Failure` where memory runs out.
    init(_ program: OneDNNProgram, on processor: OneDNNProcessor, threads: Int) throws {
      self.program = program
      self.threads = threads
      device = try OneDNNDevice(of: processor)
      let plan = BufferPlan(sizes: program.sizes, lifetimes: program.lifetimes)
      offsets = plan.offsets
      arena = try OneDNNBuffer(bytes: plan.size)
      unsafe base = try unsafe arena.pointer
      scratchpad = try OneDNNBuffer(bytes: program.scratchpad)
      for step in program.steps { steps.append(try ready(step)) }
    }

    private func ready(_ step: OneDNNProgram.Step) throws -> Ready {
      let pointers = unsafe step.arguments.map { unsafe pointer($0.activation) }
      switch step.work {
      case .function(let function): return unsafe .function(function, pointers)
      case .primitive(let primitive):
        var arguments = unsafe primitive.constants
        func add(_ argument: Int32, _ pointer: UnsafeMutableRawPointer) throws {
          let handle = try unsafe primitive.memory(argument, at: pointer)
          memories.append(handle)
          unsafe arguments.append(dnnl_exec_arg_t(arg: argument, memory: handle.memory.pointer))
        }
        for index in step.arguments.indices {
          try unsafe add(step.arguments[index].argument, pointers[index])
        }
        if primitive.scratchpadSize > 0 {
          try unsafe add(DNNL_ARG_SCRATCHPAD, try scratchpad.pointer)
        }
        return unsafe .primitive(primitive, arguments)
      }
    }

    private func pointer(_ activation: Int) -> UnsafeMutableRawPointer {
      unsafe base + offsets[activation]
    }

    /// Runs the program on the calling thread, and on as many more as the program's layers have.
    ///
    /// - Parameters:
    ///   - fill: puts the pictures into the input's memory.
    ///   - collect: called with each output's stage and memory.
    /// - Throws: `Failure` where the library refuses.
    func run(
      fill: (UnsafeMutablePointer<Float>) -> Void,
      collect: (String, UnsafePointer<Float>) -> Void
    ) throws {
      OneDNNDevice.use(threads: threads)
      if let input = program.input {
        unsafe fill(pointer(input.activation).assumingMemoryBound(to: Float.self))
      }
      for step in steps {
        switch step {
        case .primitive(let primitive, let arguments):
          try unsafe primitive.run(arguments, on: device.stream)
        case .function(let function, let pointers): unsafe function(pointers)
        }
      }
      try unsafe oneDNN("stream", dnnl_stream_wait(device.stream))
      for (stage, output) in program.outputs {
        unsafe collect(
          stage, UnsafePointer(pointer(output.activation).assumingMemoryBound(to: Float.self)))
      }
    }
  }
#endif
