import Checkpoints
import Tensors

/// How a picture is interpolated.
public enum ResampleFilter: String, Codable, Sendable {
  /// Linear between neighbours.
  case bilinear
  /// Keys' cubic convolution with a = -0.5 (Keys, 1981).
  case bicubic

  /// The filter of a network's contract.
  ///
  /// - Throws: `Failure` (`badInput`) where the contract names an unknown one.
  public init(_ input: Contract.Input) throws {
    guard let filter = ResampleFilter(rawValue: input.filter) else {
      throw Failure(place: "input.filter", expected: "bilinear or bicubic", found: input.filter)
    }
    self = filter
  }

  /// Pixels on each side of the middle that count.
  var support: Double { self == .bilinear ? 1 : 2 }

  /// The weight of a pixel at a distance from the middle.
  func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
  }
}
