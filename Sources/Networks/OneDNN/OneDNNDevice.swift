#if ONEDNN
  import COneDNN
  import Glibc
  import Tensors

  /// The processor as the library sees it, and the memory in which activations take turns.
  final class OneDNNDevice {
    private let engineHandle: OneDNNHandle
    private let streamHandle: OneDNNHandle
    private var spare: [Int: [UnsafeMutableRawPointer]] = [:]

    /// The processor, and a queue of work for it.
    ///
    /// - Throws: `Failure` where the library refuses.
    init() throws {
      engineHandle = try OneDNNHandle("engine", destroyedBy: dnnl_engine_destroy) {
        dnnl_engine_create($0, dnnl_cpu, 0)
      }
      let engine = engineHandle.pointer
      streamHandle = try OneDNNHandle("stream", destroyedBy: dnnl_stream_destroy) {
        dnnl_stream_create($0, engine, UInt32(dnnl_stream_default_flags.rawValue))
      }
    }

    deinit { freeSpareMemory() }

    /// The library's engine.
    var engine: OpaquePointer { engineHandle.pointer }
    /// The library's stream.
    var stream: OpaquePointer { streamHandle.pointer }

    /// Memory for an activation; its content is undefined.
    ///
    /// What one leaves behind is used again: fresh pages of the system cost as much time as a layer's
    /// arithmetic.
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is no memory.
    func buffer(bytes count: Int) throws -> OneDNNBuffer {
      if let pointer = spare[count]?.popLast() {
        return OneDNNBuffer(pointer, count: count, of: self)
      }
      return OneDNNBuffer(try OneDNNBuffer.memory(bytes: count), count: count, of: self)
    }

    fileprivate func take(back pointer: UnsafeMutableRawPointer, count: Int) {
      spare[count, default: []].append(pointer)
    }

    /// Gives what no activation uses back to the system.
    func freeSpareMemory() {
      for pointer in spare.values.joined() { free(pointer) }
      spare = [:]
    }

    /// Sets the threads of the calling thread's parallel regions.
    ///
    /// The library's OpenMP (GNU's or Intel's) is already in the process, so its function is looked
    /// up there; a library built for another runtime has none, and keeps its own number.
    static func use(threads: Int) {
      guard let symbol = dlsym(nil, "omp_set_num_threads") else { return }
      typealias SetThreads = @convention(c) (Int32) -> Void
      unsafeBitCast(symbol, to: SetThreads.self)(Int32(clamping: threads))
    }
  }

  /// Memory at a multiple of 64; when nothing uses it any more it goes back where it came from.
  final class OneDNNBuffer {
    let pointer: UnsafeMutableRawPointer
    /// The size, in bytes.
    let count: Int
    private let device: OneDNNDevice?

    fileprivate init(_ pointer: UnsafeMutableRawPointer, count: Int, of device: OneDNNDevice) {
      self.pointer = pointer
      self.count = count
      self.device = device
    }

    /// Memory for weights, which goes back to the system.
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is none.
    init(bytes count: Int) throws {
      pointer = try Self.memory(bytes: count)
      self.count = count
      device = nil
    }

    deinit {
      if let device { device.take(back: pointer, count: count) } else { free(pointer) }
    }

    /// The content as float32.
    var floats: UnsafeMutableBufferPointer<Float> {
      UnsafeMutableRawBufferPointer(start: pointer, count: count).bindMemory(to: Float.self)
    }

    fileprivate static func memory(bytes count: Int) throws -> UnsafeMutableRawPointer {
      var pointer: UnsafeMutableRawPointer?
      guard posix_memalign(&pointer, 64, max(count, 64)) == 0, let pointer else {
        throw Failure(.inputOutput, "no memory for \(count) bytes of a network")
      }
      return pointer
    }
  }
#endif
