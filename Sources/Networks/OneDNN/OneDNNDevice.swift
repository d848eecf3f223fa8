#if ONEDNN
  import COneDNN
  import OneDNN
  import Glibc
  import Tensors

  /// A queue of work for the processor, and the memory in which activations take turns.
  ///
  /// One that records runs nothing: its activations have no memory, and what would run is added to a
  /// program.
  ///
  /// Safe, since it owns the spare memory, and a buffer's comes back when nobody has the buffer.
  @safe
  final class OneDNNDevice {
    /// What is written down instead of run.
    let program: OneDNNProgram?
    private let processor: OneDNNProcessor
    private let streamHandle: OneDNNHandle
    private var spare: [Int: [UnsafeMutableRawPointer]] = unsafe [:]

    /// A queue of work.
    ///
    /// - Throws: `Failure` where the library refuses.
    init(of processor: OneDNNProcessor, recording program: OneDNNProgram? = nil) throws {
      self.program = program
      self.processor = processor
      streamHandle = try processor.stream()
    }

    deinit { freeSpareMemory() }

    /// The library's engine.
    var engine: OpaquePointer { unsafe processor.engine }
    /// The library's stream.
    var stream: OpaquePointer { unsafe streamHandle.pointer }

    /// Memory for an activation; its content is undefined.
    ///
    /// What one leaves behind is used again: fresh pages of the system cost as much time as a layer's
    /// arithmetic.
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is no memory.
    func buffer(bytes count: Int) throws -> OneDNNBuffer {
      if let program { return OneDNNBuffer(activation: program.activation(bytes: count), count) }
      if let pointer = unsafe spare[count]?.popLast() {
        return unsafe OneDNNBuffer(pointer, count: count, of: self)
      }
      return unsafe OneDNNBuffer(try OneDNNBuffer.memory(bytes: count), count: count, of: self)
    }

    /// Runs an operation on activations, or writes it down.
    ///
    /// - Throws: `Failure` where the library refuses.
    func run(_ primitive: OneDNNPrimitive, _ arguments: [(Int32, OneDNNBuffer)]) throws {
      guard let program else {
        return try unsafe primitive.run(arguments.map { unsafe ($0.0, try $0.1.pointer) })
      }
      program.add(.primitive(primitive), arguments.map { ($0.0, $0.1.activation) })
    }

    /// Runs a function on where activations lie, or writes it down.
    func run(_ buffers: [OneDNNBuffer], _ body: @escaping OneDNNProgram.Function) throws {
      guard let program else { return unsafe body(try buffers.map { try unsafe $0.pointer }) }
      unsafe program.add(.function(body), buffers.map { (0, $0.activation) })
    }

    /// Keeps memory that an activation leaves behind for the next of its size.
    func take(back pointer: UnsafeMutableRawPointer, count: Int) {
      unsafe spare[count, default: []].append(pointer)
    }

    /// Gives what no activation uses back to the system.
    func freeSpareMemory() {
      unsafe spare.values.joined().forEach { unsafe free($0) }
      unsafe spare = [:]
    }

    /// Sets the threads of the calling thread's parallel regions.
    ///
    /// The library's OpenMP (GNU's or Intel's) is already in the process, so its function is looked
    /// up there; a library built for another runtime has none, and keeps its own number.
    static func use(threads: Int) {
      guard let symbol = unsafe dlsym(nil, "omp_set_num_threads") else { return }
      typealias SetThreads = @convention(c) (Int32) -> Void
      unsafe unsafeBitCast(symbol, to: SetThreads.self)(Int32(clamping: threads))
    }
  }
#endif
