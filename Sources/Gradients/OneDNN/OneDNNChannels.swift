#if ONEDNN
  import COneDNN

  /// A number per channel, as the kernels read them: float32, filled up to sixteens with 0.
  final class OneDNNChannels {
    private let numbers: UnsafeMutablePointer<Float>

    /// The numbers of channels.
    init(_ channels: [Double]) {
      let count = (channels.count + 15) / 16 * 16
      numbers = .allocate(capacity: count)
      numbers.initialize(repeating: 0, count: count)
      for (channel, number) in channels.enumerated() { numbers[channel] = Float(number) }
    }

    deinit { numbers.deallocate() }

    /// The number of a channel.
    subscript(channel: Int) -> Float { numbers[channel] }

    /// The numbers of a group of sixteen channels.
    func block(_ block: Int) -> UnsafePointer<Float> { UnsafePointer(numbers + block * 16) }
  }

  extension OneDNNElementType {
    /// The number at `index`.
    func load(_ pointer: UnsafeRawPointer, _ index: Int) -> Float {
      switch self {
      case .float32: pointer.load(fromByteOffset: index * 4, as: Float.self)
      case .bfloat16:
        Float(
          bitPattern: UInt32(pointer.load(fromByteOffset: index * 2, as: UInt16.self)) << 16)
      }
    }

    /// Writes a number, rounded to nearest.
    func store(_ number: Float, _ pointer: UnsafeMutableRawPointer, _ index: Int) {
      switch self {
      case .float32: pointer.storeBytes(of: number, toByteOffset: index * 4, as: Float.self)
      case .bfloat16:
        let bits = number.bitPattern
        let rounded = number.isNaN ? 0x7fc0 : (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16
        pointer.storeBytes(
          of: UInt16(truncatingIfNeeded: rounded), toByteOffset: index * 2, as: UInt16.self)
      }
    }
  }
#endif
