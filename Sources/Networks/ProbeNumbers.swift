import Tensors

/// The numbers of a probe.
extension SplitMix64 {
  /// The next input value: the upper 24 bits as a fraction, spread over [-2, 2); exact in float32.
  mutating func nextValue() -> Double { Double(next() >> 40) / 4_194_304 - 2 }

  /// The next sign: +1 where the lowest bit is 0, else -1.
  mutating func nextSign() -> Double { next() & 1 == 0 ? 1 : -1 }
}
