import Tensors
import Testing

@testable import Images

/// torchvision's operations on numbers, Pillow's blur, and views as lightly composes them.
struct TorchvisionPipelineTests {
  @Test("every operation is torchvision's within 2e-6")
  func operations() throws {
    let references = try References("operations.npz")
    let picture = FloatPicture(try references.picture("small"))
    func check(_ name: String, _ operation: (inout FloatPicture) -> Void) throws {
      var result = picture
      operation(&result)
      #expect(result.distance(to: try references.floats(name)) < 2e-6, "\(name)")
    }
    for factor: Float in [0.6, 1.4] {
      try check("brightness/\(factor)") { $0.brighten(factor: factor) }
      try check("contrast/\(factor)") { $0.stretch(factor: factor) }
      try check("saturation/\(factor)") { $0.saturate(factor: factor) }
    }
    for turn: Float in [-0.1, 0.07, 0.2] { try check("hue/\(turn)") { $0.adjustHSV(turn: turn) } }
    try check("grey") { $0.turnGrey() }
    try check("solarized") { $0.solarize() }
    for (taps, sigma) in [(3, 1.0), (3, 2.0), (9, 0.1), (9, 1.3)] {
      try check("blur/\(taps)_\(sigma)") {
        $0.blur(Blur(.mirrored, radius: taps / 2), sigma: sigma)
      }
    }
  }

  @Test("the blur is Pillow's within its rounding", arguments: [0.1, 0.5, 1, 1.7, 2, 4])
  func blursLikePillow(sigma: Double) throws {
    let references = try References("operations.npz")
    var picture = FloatPicture(try references.picture("small"))
    picture.blur(Blur(.pillow), sigma: sigma)
    let expected = FloatPicture(try references.picture("pillow_blur/\(sigma)"))
    let differences = zip(picture.values, expected.values).map { abs($0 - $1) * 255 }
    // Pillow rounds after each of its six passes, by half a grey level at most.
    #expect((differences.max() ?? 9) < 3)
    #expect(differences.reduce(0, +) / Float(differences.count) < 0.6)
  }

  @Test("a view is torchvision's, given the draws", arguments: [[0, 1, 2, 3], [3, 1, 0, 2]])
  func view(order: [Int]) throws {
    let references = try References("operations.npz")
    var draws = Draws(crop: Box(x: 7, y: 5, width: 40, height: 33))
    draws.isFlipped = true
    draws.isSolarized = true
    draws.jitter = Draws.Jitter(
      order: order.compactMap(Draws.Operation.init), brightness: 1.3, contrast: 0.7,
      saturation: 1.15, hue: -0.08)
    let augmentation = try Augmentation.named("byol", size: 16)
    let result = try augmentation.apply(draws, to: try references.picture("picture"))
    let name = "view/" + order.map(String.init).joined()
    #expect(result.distance(to: try references.floats(name)) < 2e-6)
  }
}
