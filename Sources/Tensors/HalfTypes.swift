/// bfloat16 numbers as their bit patterns: the upper half of a float32.
public enum BFloat16 {
  /// The float32 of the same value, exactly.
  public static func widened(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// The nearest bfloat16, ties to even; NaN stays NaN.
  public static func rounded(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x0040 }
    let bias = 0x7FFF + ((bits >> 16) & 1)
    return UInt16(truncatingIfNeeded: (bits &+ bias) >> 16)
  }
}
