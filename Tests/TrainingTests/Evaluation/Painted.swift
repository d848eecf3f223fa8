import Images
import Tensors

@testable import Training

/// Pictures of one colour for each class, with some noise; as easy to tell apart as one likes.
struct PaintedPictures: Dataset {
  var count: Int
  var classes = ["red", "green", "blue"]
  /// How far pixels stray from their colour, in grey levels.
  var noise = 20
  /// Pictures without a class.
  var unknown: Set<Int> = []
  /// Pictures that cannot be read.
  var corrupt: Set<Int> = []
  /// Where the noise begins.
  var seed: UInt64 = 1

  func label(_ index: Int) -> Int? { unknown.contains(index) ? nil : index % classes.count }
  func name(_ index: Int) -> String { "painted\(index).png" }

  func picture(_ index: Int) throws -> Picture {
    guard !corrupt.contains(index) else {
      throw Failure(.badInput, file: name(index), "the PNG ends early")
    }
    var generator = SplitMix64(seed: seed &* 1_000_003 &+ UInt64(index))
    let pixels = (0..<32 * 32 * 3).map { place in
      let base = place % 3 == index % classes.count % 3 ? 160.0 : 80
      return UInt8(base + Double(noise) * (2 * generator.nextFraction() - 1))
    }
    return Picture(width: 32, height: 32, pixels: pixels)
  }
}
