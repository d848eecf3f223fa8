/// The numbers of a probe, which every language can make again: SplitMix64 (Steele, Lea and Flood,
/// 2014), one step for each value.
public struct ProbeGenerator {
  private var state: UInt64

  /// A generator that begins at `seed`.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// The next input value: the upper 24 bits as a fraction, spread over [-2, 2); exact in float32.
  public mutating func nextValue() -> Double { Double(next() >> 40) / 4_194_304 - 2 }

  /// The next sign: +1 where the lowest bit is 0, else -1.
  public mutating func nextSign() -> Double { next() & 1 == 0 ? 1 : -1 }
}
