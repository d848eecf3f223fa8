#if ONEDNN
  import COneDNN

  /// A number per channel, as the kernels read them: float32, filled up to sixteens with 0.
  ///
  /// Safe, since it owns the numbers; what does not check a channel says so.
  @safe
  final class OneDNNChannels {
    private let numbers: UnsafeMutablePointer<Float>

    /// The numbers of channels.
    init(_ channels: [Double]) {
      let count = (channels.count + 15) / 16 * 16
      unsafe numbers = .allocate(capacity: count)
      unsafe numbers.initialize(repeating: 0, count: count)
      for (channel, number) in channels.enumerated() { unsafe numbers[channel] = Float(number) }
    }

    deinit { unsafe numbers.deallocate() }

    /// The number of a channel; unsafe, since it is not checked.
    @unsafe subscript(channel: Int) -> Float { unsafe numbers[channel] }

    /// The numbers of a group of sixteen channels.
    func block(_ block: Int) -> UnsafePointer<Float> { unsafe UnsafePointer(numbers + block * 16) }
  }

  extension OneDNNElementType {
    /// The number at `index`.
    func load(_ pointer: UnsafeRawPointer, _ index: Int) -> Float {
      switch self {
      case .float32: unsafe pointer.load(fromByteOffset: index * 4, as: Float.self)
      case .bfloat16:
        unsafe Float(
          bitPattern: UInt32(pointer.load(fromByteOffset: index * 2, as: UInt16.self)) << 16)
      }
    }

    /// Writes a number, rounded to nearest.
    func store(_ number: Float, _ pointer: UnsafeMutableRawPointer, _ index: Int) {
      switch self {
      case .float32: unsafe pointer.storeBytes(of: number, toByteOffset: index * 4, as: Float.self)
      case .bfloat16:
        let bits = number.bitPattern
        let rounded = number.isNaN ? 0x7fc0 : (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
        unsafe pointer.storeBytes(
          of: UInt16(truncatingIfNeeded: rounded), toByteOffset: index * 2, as: UInt16.self)
      }
    }
  }
#endif
