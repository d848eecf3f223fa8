/// SplitMix64 (Steele, Lea and Flood, 2014): random bits that every language can make again, one step
/// for each 64 of them.
public struct SplitMix64: RandomNumberGenerator, Sendable {
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

  /// The next number of [0, 1): the upper 53 bits as a fraction.
  public mutating func nextFraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
