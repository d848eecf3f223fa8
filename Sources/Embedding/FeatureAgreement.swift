public import Networks
import Tensors

/// How far one checkpoint's features of pictures lie from another's.
public struct FeatureAgreement: Sendable, Codable, Equatable {
  /// The stage.
  public var stage: String
  /// |a - b| / |b| over all pictures, in the Euclidean norm, b being the second checkpoint's; absent
  /// where a number is not finite.
  public var relativeL2: Double?
  /// The same of the picture where it is largest.
  public var worstL2: Double?
  /// The mean cosine of the angle between a picture's two features.
  public var cosine: Double?
  /// The share of pictures whose largest output is the same; of logits alone.
  public var top1Agreement: Double?

  enum CodingKeys: String, CodingKey {
    case stage, cosine
    case relativeL2 = "relative_l2"
    case worstL2 = "worst_l2"
    case top1Agreement = "top1_agreement"
  }

  /// Compares the rows of two networks.
  ///
  /// - Throws: `Failure` (`badInput`) where they are not of one shape.
  public init(_ stage: String, _ first: Features, _ second: Features) throws {
    guard first.shape == second.shape else {
      throw Failure(
        place: stage, expected: "features of the shape \(second.shape)", found: "\(first.shape)")
    }
    self.stage = stage
    let width = first.size
    var (distance, length, worst, cosines) = (0.0, 0.0, 0.0, 0.0)
    let rows = first.shape.first ?? 0
    for row in 0..<rows {
      var (difference, own, other, product) = (0.0, 0.0, 0.0, 0.0)
      for index in row * width..<(row + 1) * width {
        let (a, b) = (Double(first.values[index]), Double(second.values[index]))
        difference += (a - b) * (a - b)
        own += a * a
        other += b * b
        product += a * b
      }
      distance += difference
      length += other
      worst = max(worst, Self.ratio(difference.squareRoot(), other.squareRoot()))
      let norms = (own * other).squareRoot()
      cosines += norms > 0 ? product / norms : (own == other ? 1 : 0)
    }
    let isFinite = (distance + length).isFinite
    relativeL2 =
      isFinite ? Self.finite(Self.ratio(distance.squareRoot(), length.squareRoot())) : nil
    worstL2 = isFinite ? Self.finite(worst) : nil
    cosine = isFinite && rows > 0 ? cosines / Double(rows) : nil
    if stage == Output.logits.rawValue, rows > 0 {
      let (a, b) = (TopClasses(of: first, count: 1), TopClasses(of: second, count: 1))
      let same = zip(a.classes, b.classes).count { $0 == $1 }
      top1Agreement = Double(same) / Double(rows)
    }
  }

  /// A distance in units of a length; of zeros only zeros are near.
  private static func ratio(_ distance: Double, _ length: Double) -> Double {
    distance == 0 ? 0 : length > 0 ? distance / length : .infinity
  }

  private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}
