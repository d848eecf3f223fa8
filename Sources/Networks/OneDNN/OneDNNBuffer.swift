#if ONEDNN
  import Glibc
  import Tensors

  /// Memory at a multiple of 64; when nothing uses it any more it goes back where it came from.
  ///
  /// Safe, since its memory stays as long as it; who goes through it minds the count.
  @safe
  final class OneDNNBuffer {
    /// The number of the activation, in a program.
    let activation: Int
    /// The size, in bytes.
    let count: Int
    private let memory: UnsafeMutableRawPointer?
    private let device: OneDNNDevice?

    /// Memory of a device, which gets it back.
    init(_ pointer: UnsafeMutableRawPointer, count: Int, of device: OneDNNDevice) {
      unsafe memory = pointer
      activation = -1
      self.count = count
      self.device = device
    }

    /// An activation of a program, which has no memory.
    init(activation: Int, _ count: Int) {
      unsafe memory = nil
      self.activation = activation
      self.count = count
      device = nil
    }

    /// Memory for weights, which goes back to the system.
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is none.
    init(bytes count: Int) throws {
      unsafe memory = try unsafe Self.memory(bytes: count)
      activation = -1
      self.count = count
      device = nil
    }

    deinit {
      if let device, let memory = unsafe memory {
        unsafe device.take(back: memory, count: count)
      } else {
        unsafe free(memory)
      }
    }

    /// Where the content begins.
    ///
    /// - Throws: `Failure` where it is an activation of a program: an instance gives those memory.
    var pointer: UnsafeMutableRawPointer {
      get throws {
        guard let memory = unsafe memory else {
          throw Failure(.inputOutput, "activation \(activation) of a program has no memory yet")
        }
        return unsafe memory
      }
    }

    /// The content as float32.
    ///
    /// - Throws: `Failure`, see `pointer`.
    var floats: UnsafeMutableBufferPointer<Float> {
      get throws {
        unsafe UnsafeMutableRawBufferPointer(start: try pointer, count: count).bindMemory(
          to: Float.self)
      }
    }

    /// Memory from the system; large pieces in large pages, whose addresses are quicker to find.
    ///
    /// - Throws: `Failure` (`inputOutput`) where there is none.
    static func memory(bytes count: Int) throws -> UnsafeMutableRawPointer {
      let page = 2 << 20
      var pointer: UnsafeMutableRawPointer?
      let isLarge = count >= page
      guard unsafe posix_memalign(&pointer, isLarge ? page : 64, max(count, 64)) == 0,
        let pointer = unsafe pointer
      else {
        throw Failure(.inputOutput, "no memory for \(count) bytes of a network")
      }
      if isLarge { unsafe madvise(pointer, count, MADV_HUGEPAGE) }
      return unsafe pointer
    }
  }
#endif
