public import Tensors

extension SplitMix64 {
  /// A generator for one purpose: words that differ anywhere give streams that have nothing in common.
  ///
  /// The seed and the words are taken in one after the other, each through a step of the generator, so
  /// that a number can be drawn again from what it is for, without those drawn before it.
  public init(seed: UInt64, for words: UInt64...) {
    var state = seed
    for word in words {
      var step = SplitMix64(seed: state ^ (word &* 0xD134_2543_DE82_EF95))
      state = step.next()
    }
    self.init(seed: state)
  }

  /// A whole number of [0, bound), each equally likely (Lemire, 2019).
  ///
  /// - Parameter bound: at least 1.
  public mutating func next(below bound: UInt64) -> UInt64 {
    precondition(bound > 0, "there is no number below 0")
    var (high, low) = next().multipliedFullWidth(by: bound)
    if low < bound {
      let threshold = (0 &- bound) % bound
      while low < threshold { (high, low) = next().multipliedFullWidth(by: bound) }
    }
    return high
  }
}
