import Tensors

/// How many numbers of a floating-point type lie between two of them, one end counted.
///
/// 0 for equal ones, 1 for neighbours. Both zeros are one number.
enum UnitsInLastPlace {
  /// The distance of two finite numbers that `type` holds exactly; nil for integers.
  static func distance(_ one: Double, _ other: Double, in type: ElementType) -> UInt64? {
    guard let first = place(of: one, in: type), let second = place(of: other, in: type) else {
      return nil
    }
    // At most twice 2^63 apart, so the difference fits where it is taken without a sign.
    return first > second
      ? UInt64(bitPattern: first &- second) : UInt64(bitPattern: second &- first)
  }

  /// The number's place among those of its type: the bits count up from 0, and down below it.
  private static func place(of value: Double, in type: ElementType) -> Int64? {
    let bits: Int64
    switch type {
    case .float64: bits = Int64(bitPattern: value.magnitude.bitPattern)
    case .float32: bits = Int64(Float(value.magnitude).bitPattern)
    case .float16: bits = Int64(Float16(value.magnitude).bitPattern)
    case .bfloat16: bits = Int64(BFloat16.rounded(Float(value.magnitude)))
    default: return nil
    }
    return value.sign == .minus ? -bits : bits
  }
}
