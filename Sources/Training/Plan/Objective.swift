import Tensors

/// The loss: constant - slope (c1 + c2), with c the batch's mean cosine of a prediction and the other
/// view's target projection (Grill, Strub and others 2020, equation 2).
public struct Objective: Sendable, Hashable {
  /// How views go through the networks; the raw value is the word of `recipe.loss.views`.
  public enum Views: String, CaseIterable, Sendable, Hashable {
    /// One after the other; each pass of batch norm sees one view.
    case separate
    /// Both in one pass; batch norm sees them together.
    case concatenated
    /// One after the other, and the target sees the second view first (Bolts).
    case interleaved
  }

  /// What is added.
  public var constant: Double
  /// What the cosines are multiplied by; gradients follow it.
  public var slope: Double
  /// How views go through the networks.
  public var views: Views
  /// The smallest length by which a vector is divided: 1e-12 in PyTorch, 1e-6 in DeepMind's code, which
  /// limits the square.
  public var shortest = 1e-12

  /// A loss.
  public init(constant: Double = 4, slope: Double = 2, views: Views = .separate) {
    self.constant = constant
    self.slope = slope
    self.views = views
  }

  /// The loss of a recipe: `2-2cos` summed over the views (constant 4) or their mean (2),
  /// `minus-2cos` summed, `minus-cos` as a mean.
  ///
  /// - Throws: `Failure` (`badInput`) where the form has no meaning here.
  public init(form: String, constant: Double, views: String) throws {
    guard let views = Views(rawValue: views) else {
      throw Failure(
        place: "recipe.loss.views",
        expected: Views.allCases.map(\.rawValue).joined(separator: ", "), found: views)
    }
    let slope: Double
    switch form {
    case "2-2cos": slope = constant / 2
    case "minus-2cos": slope = 2
    case "minus-cos": slope = 0.5
    default:
      throw Failure(
        place: "recipe.loss.form", expected: "2-2cos, minus-2cos or minus-cos", found: form)
    }
    guard slope > 0, slope.isFinite else {
      throw Failure(place: "recipe.loss.constant", expected: "4 or 2", found: "\(constant)")
    }
    self.init(constant: constant, slope: slope, views: views)
  }
}
