import Tensors
import Testing

@testable import Training

@Suite struct ExclusionTests {
  static let conv = "online/encoder/stage0/block0/conv0/weight"
  static let bias = "online/projector/linear0/bias"
  static let stem = "online/encoder/stem/bn/scale"
  static let offset = "online/encoder/stem/bn/offset"
  static let shortcut = "online/encoder/stage0/block0/shortcut/bn/scale"
  static let norm = "online/encoder/stage0/block0/bn0/scale"
  static let head = "online/heads/classifier/weight"

  @Test(arguments: [
    (Exclusion.none, []),
    (.biasAndNorm, [bias, stem, offset, shortcut, norm]),
    (.butTheStemScale, [bias, offset, shortcut, norm]),
    (.butTheShortcutScale, [bias, stem, offset, norm]),
    (.biasNormAndHeads, [bias, stem, offset, shortcut, norm, head]),
    (.decayOnly, [bias, stem, offset, shortcut, norm]),
  ]) func `each rule names its parameters`(rule: Exclusion, excluded: [String]) {
    for path in [Self.conv, Self.bias, Self.stem, Self.offset, Self.shortcut, Self.norm, Self.head]
    {
      #expect(rule.isWithoutDecay(path) == excluded.contains(path), "\(path)")
      #expect(
        rule.isWithoutAdaptation(path) == (rule != .decayOnly && excluded.contains(path)), "\(path)"
      )
    }
  }

  @Test func `an unknown rule is refused with those that there are`() {
    let failure = #expect(throws: Failure.self) { try Exclusion(named: "all") }
    #expect(failure?.message.contains("bias-and-norm-but-the-stem-scale") == true)
    #expect(throws: Never.self) { try Exclusion(named: nil) }
  }
}
