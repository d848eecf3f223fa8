/// Floating-point numbers in another floating-point type.
///
/// Each is rounded once, to the nearest, ties
/// to even (IEEE 754's default). Infinities and NaN stay what they are.
struct Casting: Sendable {
  let from: ElementType
  let to: ElementType

  /// A cast.
  ///
  /// - Throws: `Failure` (`badInput`) where either type has no floating-point numbers.
  init(from: ElementType, to: ElementType) throws {
    guard from.isFloatingPoint, to.isFloatingPoint else {
      throw Failure(
        expected: "floating-point numbers", found: (from.isFloatingPoint ? to : from).rawValue)
    }
    self.from = from
    self.to = to
  }

  /// Casts the little-endian elements of `source` into `target`, which has room for them.
  func run(from source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
    switch from {
    case .float16: unsafe run(source, target, Float16.self) { Float($0) }
    case .bfloat16: unsafe run(source, target, UInt16.self) { BFloat16.widened($0) }
    case .float64: unsafe run(source, target, Double.self) { $0 }
    default: unsafe run(source, target, Float.self) { $0 }
    }
  }

  /// The `count` elements of `source`, cast.
  func run(_ source: UnsafeRawBufferPointer, count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count * to.byteCount) { buffer, done in
      done = count * to.byteCount
      unsafe run(from: source, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  private func run<Stored, Wide: BinaryFloatingPoint>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _: Stored.Type,
    _ widened: (Stored) -> Wide
  ) {
    func each<Rounded>(_ rounded: (Wide) -> Rounded) {
      let (step, stride) = (MemoryLayout<Stored>.size, MemoryLayout<Rounded>.size)
      for index in 0..<source.count / step {
        let value = unsafe source.loadUnaligned(fromByteOffset: index * step, as: Stored.self)
        unsafe target.storeBytes(
          of: rounded(widened(value)), toByteOffset: index * stride, as: Rounded.self)
      }
    }
    switch to {
    case .float16: each { Float16($0) }
    case .bfloat16: each { BFloat16.rounded(Float(roundedToOdd: $0)) }
    case .float64: each { Double($0) }
    default: each { Float($0) }
    }
  }
}

extension Float {
  /// The float32 beside a number whose last bit is 1, where no float32 is that number.
  ///
  /// Rounded again, to a narrower type, it gives what the number itself would (Boldo and Melquiond
  /// 2008, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd");
  /// rounding to the nearest twice would not.
  init<Wide: BinaryFloatingPoint>(roundedToOdd value: Wide) {
    let nearest = Float(value)
    guard nearest.isFinite, Wide(nearest) != value, nearest.bitPattern & 1 == 0 else {
      self = nearest
      return
    }
    self = Wide(nearest) < value ? nearest.nextUp : nearest.nextDown
  }
}
