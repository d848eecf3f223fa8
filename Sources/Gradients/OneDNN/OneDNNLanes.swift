#if ONEDNN
  /// The channels that lie beside each other in memory.
  typealias OneDNNVector = SIMD16<Float>

  /// How sixteen channels of a pixel are read and written.
  protocol OneDNNLanes {
    /// The bytes of sixteen channels.
    static var stride: Int { get }
    /// Sixteen channels of the pixel at `index`.
    static func load(_ pointer: UnsafeRawPointer, _ index: Int) -> OneDNNVector
    /// Writes them, rounded to nearest.
    static func store(_ vector: OneDNNVector, _ pointer: UnsafeMutableRawPointer, _ index: Int)
  }

  /// float32.
  enum OneDNNFloat32: OneDNNLanes {
    static var stride: Int { 64 }

    @inline(__always)
    static func load(_ pointer: UnsafeRawPointer, _ index: Int) -> OneDNNVector {
      pointer.load(fromByteOffset: index &* 64, as: OneDNNVector.self)
    }

    @inline(__always)
    static func store(_ vector: OneDNNVector, _ pointer: UnsafeMutableRawPointer, _ index: Int) {
      pointer.storeBytes(of: vector, toByteOffset: index &* 64, as: OneDNNVector.self)
    }
  }

  /// bfloat16: the upper half of a float32.
  enum OneDNNBFloat16: OneDNNLanes {
    static var stride: Int { 32 }

    @inline(__always)
    static func load(_ pointer: UnsafeRawPointer, _ index: Int) -> OneDNNVector {
      let halves = pointer.load(fromByteOffset: index &* 32, as: SIMD16<UInt16>.self)
      return unsafeBitCast(
        SIMD16<UInt32>(truncatingIfNeeded: halves) &<< 16, to: OneDNNVector.self)
    }

    @inline(__always)
    static func store(_ vector: OneDNNVector, _ pointer: UnsafeMutableRawPointer, _ index: Int) {
      let bits = unsafeBitCast(vector, to: SIMD16<UInt32>.self)
      var rounded = (bits &+ 0x7fff &+ ((bits &>> 16) & 1)) &>> 16
      // What is not a number stays so, whatever its lower half is.
      rounded.replace(with: 0x7fc0, where: vector .!= vector)
      pointer.storeBytes(
        of: SIMD16<UInt16>(truncatingIfNeeded: rounded), toByteOffset: index &* 32,
        as: SIMD16<UInt16>.self)
    }
  }
#endif
