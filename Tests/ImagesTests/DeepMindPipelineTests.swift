import Tensors
import TestSupport
import Testing

@testable import Images

/// DeepMind's augmentations, piece by piece and whole, as their code computed them.
@Suite(.enabled(if: Shared.isPresent, Shared.why))
struct DeepMindPipelineTests {
  private static let pieces: [(String, @Sendable (inout FloatPicture) -> Void)] = [
    ("brightness_-0.3", { $0.brighten(by: -0.3) }),
    ("brightness_0.25", { $0.brighten(by: 0.25) }),
    ("contrast_0.65", { $0.stretchChannels(factor: 0.65) }),
    ("contrast_1.35", { $0.stretchChannels(factor: 1.35) }),
    ("saturation_0.85", { $0.adjustHSV(saturation: 0.85) }),
    ("saturation_1.18", { $0.adjustHSV(saturation: 1.18) }),
    ("hue_-0.08", { $0.adjustHSV(turn: -0.08) }),
    ("hue_0.09", { $0.adjustHSV(turn: 0.09) }),
    ("grayscale", { $0.turnGrey() }),
    ("solarize_0.5", { $0.solarize() }),
    ("blur64_sigma0.1", { $0.blur(Blur(.black, radius: 3), sigma: 0.1) }),
    ("blur64_sigma0.5", { $0.blur(Blur(.black, radius: 3), sigma: 0.5) }),
    ("blur64_sigma1.0", { $0.blur(Blur(.black, radius: 3), sigma: 1) }),
    ("blur64_sigma2.0", { $0.blur(Blur(.black, radius: 3), sigma: 2) }),
  ]

  @Test("every operation is DeepMind's within 1e-6", arguments: pieces.indices)
  func operation(index: Int) throws {
    let oracle = try Oracle("oracle_augment.npz")
    let (name, operation) = Self.pieces[index]
    let isClipped = !name.hasPrefix("hue") && !name.hasPrefix("blur")
    for (picture, expected) in zip(try oracle.pictures("x64"), try oracle.pictures(name)) {
      var result = picture
      operation(&result)
      var clippedOne = expected
      if isClipped { clippedOne.mapInPlace(clipped) }
      #expect(result.distance(to: clippedOne) < 1e-6, "\(name)")
      #expect(result.distance(to: picture) > 1e-3 || name.hasSuffix("sigma0.1"), "\(name)")
    }
  }

  @Test("the blur of a view of 224 pixels has 23 taps", arguments: ["0.1", "0.5", "1.0", "2.0"])
  func blur(sigma: String) throws {
    let oracle = try Oracle("oracle_augment.npz")
    let augmentation = try Augmentation.named("deepmind", size: 224)
    var picture = try oracle.pictures("x224")[0]
    picture.blur(augmentation.blur, sigma: try #require(Double(sigma)))
    #expect(picture.distance(to: try oracle.pictures("blur224_sigma\(sigma)")[0]) < 1e-6)
  }

  @Test("whole views are DeepMind's within 1e-6, given the draws", arguments: [1, 2])
  func view(number: Int) throws {
    let oracle = try Oracle("oracle_augment.npz")
    let augmentation = try Augmentation.named("deepmind", size: 48)
    let expected = try oracle.pictures("post/view\(number)")
    func draw(_ name: String) throws -> [Double] {
      try oracle.doubles("post/view\(number)_draw_\(name)")
    }
    let (flip, jitter, grey, order) = (
      try draw("flip"), try draw("jitter"), try draw("gray"), try draw("order")
    )
    let (brightness, contrast, saturation, hue) = (
      try draw("brightness"), try draw("contrast"), try draw("saturation"), try draw("hue")
    )
    let (blur, sigma, solarize) = (try draw("blur"), try draw("sigma"), try draw("solarize"))
    for (index, raw) in try oracle.pictures("post/raw_view\(number)").enumerated() {
      var draws = Draws(crop: Box(x: 0, y: 0, width: 48, height: 48))
      draws.isFlipped = flip[index] == 1
      if jitter[index] == 1 {
        draws.jitter = Draws.Jitter(
          order: order[4 * index..<4 * index + 4].compactMap { Draws.Operation(rawValue: Int($0)) },
          brightness: brightness[index], contrast: contrast[index], saturation: saturation[index],
          hue: hue[index])
      }
      draws.isGrey = grey[index] == 1
      draws.sigma = blur[index] == 1 ? sigma[index] : nil
      draws.isSolarized = solarize[index] == 1
      var result = raw
      augmentation.finishLikeDeepMind(&result, draws)
      #expect(result.distance(to: expected[index]) < 1e-6, "picture \(index)")
    }
  }
}
