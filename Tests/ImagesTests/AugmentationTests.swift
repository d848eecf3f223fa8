import Foundation
import Tensors
import Testing

@testable import Images

/// What is drawn, how often, and from which generator.
struct AugmentationTests {
  private static let picture = Picture(
    width: 41, height: 30, pixels: (0..<41 * 30 * 3).map { UInt8(truncatingIfNeeded: $0 &* 37) })

  @Test("every name makes two views of its size, within 0 and 1", arguments: Augmentation.names)
  func makesViews(name: String) throws {
    let augmentation = try Augmentation.named(name, size: 24)
    var generator = SplitMix64(seed: 5)
    for view in [0, 1, 0, 1, 0, 1] {
      let draws = augmentation.draw(view: view, width: 41, height: 30, using: &generator)
      let result = try augmentation.apply(draws, to: Self.picture)
      #expect(result.width == 24 && result.height == 24)
      #expect(result.values.allSatisfy { (-1e-5...1.00001).contains($0) })
    }
  }

  @Test("the same seed draws the same, and what was drawn survives JSON")
  func repeats() throws {
    let augmentation = try Augmentation.named("byol", size: 32)
    var (first, second) = (SplitMix64(seed: 9), SplitMix64(seed: 9))
    for view in [0, 1, 1, 0] {
      let draws = augmentation.draw(view: view, width: 500, height: 375, using: &first)
      #expect(draws == augmentation.draw(view: view, width: 500, height: 375, using: &second))
      let copy = try JSONDecoder().decode(Draws.self, from: JSONEncoder().encode(draws))
      #expect(copy == draws)
    }
    #expect(first.next() == second.next())
    let copy = try JSONDecoder().decode(
      Augmentation.self, from: JSONEncoder().encode(augmentation))
    #expect(copy == augmentation)
  }

  @Test(
    "shares and ranges are those of the paper's table 6",
    arguments: ["byol", "deepmind"], [0, 1])
  func drawsAsOften(name: String, view: Int) throws {
    let augmentation = try Augmentation.named(name, size: 224)
    var generator = SplitMix64(seed: 3)
    let draws = (0..<20_000).map { _ in
      augmentation.draw(view: view, width: 400, height: 300, using: &generator)
    }
    func share(_ condition: (Draws) -> Bool) -> Double {
      Double(draws.count(where: condition)) / Double(draws.count)
    }
    // Four standard deviations of 20,000 draws are at most 0.0142.
    #expect(abs(share(\.isFlipped) - 0.5) < 0.015)
    #expect(abs(share { $0.jitter != nil } - 0.8) < 0.015)
    #expect(abs(share(\.isGrey) - 0.2) < 0.015)
    #expect(abs(share { $0.sigma != nil } - (view == 0 ? 1 : 0.1)) < 0.015)
    #expect(abs(share(\.isSolarized) - (view == 0 ? 0 : 0.2)) < 0.015)
    let middle = name == "deepmind" ? 0.0 : 1
    for jitter in draws.compactMap(\.jitter) {
      #expect(abs(jitter.brightness - middle) <= 0.4 && abs(jitter.contrast - 1) <= 0.4)
      #expect(abs(jitter.saturation - 1) <= 0.2 && abs(jitter.hue) <= 0.1)
    }
    let orders = Set(draws.compactMap(\.jitter).map(\.order))
    #expect(orders.count == 24)
    let sigmas = draws.compactMap(\.sigma)
    #expect(abs(sigmas.reduce(0, +) / Double(sigmas.count) - 1.05) < 0.08)
    let whole = Box(x: 0, y: 0, width: 400, height: 300)
    #expect(draws.allSatisfy { $0.crop.lies(in: whole) })
    // Areas are uniform from 0.08 to 1, but for crops that do not fit.
    let areas = draws.map { Double($0.crop.width * $0.crop.height) / 120_000 }
    #expect((0.079...0.085).contains(areas.min() ?? 0) && (areas.max() ?? 0) > 0.95)
    #expect((0.42...0.55).contains(areas.reduce(0, +) / Double(areas.count)))
  }

  @Test("crops of a very long picture are its middle")
  func cropsLines() throws {
    var generator = SplitMix64(seed: 1)
    let byol = try Augmentation.named("byol", size: 8)
    let draws = byol.draw(view: 0, width: 3000, height: 2, using: &generator)
    #expect(draws.crop.width <= 3 && draws.crop.height <= 2)
    for (width, height) in [(1, 1), (1, 50), (50, 1)] {
      for name in Augmentation.names {
        let augmentation = try Augmentation.named(name, size: 8)
        let draws = augmentation.draw(view: 0, width: width, height: height, using: &generator)
        let picture = Picture(
          width: width, height: height, pixels: [UInt8](repeating: 200, count: 3 * width * height))
        #expect(try augmentation.apply(draws, to: picture).values.count == 3 * 64)
      }
    }
  }

  @Test("crops and flips alone leave colours as they are")
  func cropsAndFlips() throws {
    let augmentation = try Augmentation.named("deepmind", size: 32).cropAndFlip
    var generator = SplitMix64(seed: 2)
    for _ in 0..<100 {
      let draws = augmentation.draw(view: 0, width: 40, height: 40, using: &generator)
      #expect(draws.jitter == nil && !draws.isGrey && draws.sigma == nil && !draws.isSolarized)
    }
  }

  @Test("unknown names, sizes and crops are refused")
  func refuses() throws {
    #expect(throws: Failure.self) { try Augmentation.named("mixup", size: 32) }
    #expect(throws: Failure.self) { try Augmentation.named("byol", size: 0) }
    let augmentation = try Augmentation.named("byol", size: 8)
    let draws = Draws(crop: Box(x: 30, y: 0, width: 20, height: 10))
    #expect(throws: Failure.self) { try augmentation.apply(draws, to: Self.picture) }
  }
}
