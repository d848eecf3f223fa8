#if ONEDNN
  import COneDNN
  import OneDNN
  import Glibc
  import Tensors

  /// The processor as the library sees it, and the memory in which activations take turns.
  ///
  /// Safe, since it owns the spare memory, and a buffer's comes back when nobody has the buffer.
  @safe
  final class OneDNNDevice {
    private let processor: OneDNNProcessor
    private let streamHandle: OneDNNHandle
    private var spare: [Int: [UnsafeMutableRawPointer]] = unsafe [:]
    /// The bytes that activations use and have used.
    private(set) var reserved = 0

    /// The processor, and a queue of work for it.
    ///
    /// - Throws: `Failure` where the library refuses.
    init() throws {
      processor = try OneDNNProcessor()
      streamHandle = try processor.stream()
    }

    deinit { freeSpareMemory() }

    /// The library's engine.
    var engine: OpaquePointer { unsafe processor.engine }
    /// The library's stream.
    var stream: OpaquePointer { unsafe streamHandle.pointer }

    /// Memory whose content is undefined.
    ///
    /// What one activation leaves behind the next one of its size uses: fresh pages of the system
    /// cost as much time as a layer's arithmetic, and every step asks for the same sizes.
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is no memory.
    func buffer(bytes: Int) throws -> OneDNNBuffer {
      let size = max(bytes + 63, 64) & ~63
      if let pointer = unsafe spare[size]?.popLast() {
        return unsafe OneDNNBuffer(pointer, size, of: self)
      }
      var pointer: UnsafeMutableRawPointer?
      guard unsafe posix_memalign(&pointer, 64, size) == 0, let pointer = unsafe pointer else {
        throw Failure(.inputOutput, "no memory for \(bytes) bytes of a network in training")
      }
      reserved += size
      return unsafe OneDNNBuffer(pointer, size, of: self)
    }

    /// Memory of `count` numbers, all 0.
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is no memory.
    func zeros(_ count: Int) throws -> OneDNNBuffer {
      let buffer = try buffer(bytes: count * 4)
      unsafe memset(buffer.pointer, 0, count * 4)
      return buffer
    }

    fileprivate func take(back pointer: UnsafeMutableRawPointer, _ size: Int) {
      unsafe spare[size, default: []].append(pointer)
    }

    /// Gives what no activation uses back to the system.
    func freeSpareMemory() {
      unsafe spare.forEach { size, pointers in
        unsafe reserved -= size * pointers.count
        unsafe pointers.forEach { unsafe free($0) }
      }
      unsafe spare = [:]
    }
  }

  /// Memory for what is computed on the way, held until `end()`: a pointer alone keeps nothing.
  final class OneDNNScratch {
    /// What is held.
    var buffer: OneDNNBuffer?

    /// Gives the memory back.
    func end() { buffer = nil }
  }

  /// Memory at a multiple of 64 bytes; when nothing uses it any more, the device has it again.
  ///
  /// Safe, since its memory stays as long as it; who goes through it minds the size.
  @safe
  final class OneDNNBuffer {
    /// Where it begins.
    let pointer: UnsafeMutableRawPointer
    private let size: Int
    private let device: OneDNNDevice

    fileprivate init(_ pointer: UnsafeMutableRawPointer, _ size: Int, of device: OneDNNDevice) {
      unsafe self.pointer = pointer
      self.size = size
      self.device = device
    }

    deinit { unsafe device.take(back: pointer, size) }

    /// The content as float32.
    var floats: UnsafeMutablePointer<Float> {
      unsafe pointer.assumingMemoryBound(to: Float.self)
    }
  }
#endif
