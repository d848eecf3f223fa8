public import Gradients
import Spectra

/// Two numbers of a batch of embeddings by which the collapse of a network is seen: all pictures are
/// given the same vector, or vectors of a few directions.
public enum CollapseMeasures {
  /// The most embeddings of which the effective rank is computed; it cannot be above their number.
  public static let rowLimit = 256

  /// `FeatureMatrix.featureDeviation` of the embeddings.
  public static func featureDeviation(of embeddings: Rows<some TrainingScalar>) -> Double {
    matrix(embeddings).featureDeviation
  }

  /// The feature standard deviation of directions spread evenly, 1/sqrt(width), which none exceeds.
  public static func healthyDeviation(width: Int) -> Double {
    FeatureMatrix.healthyDeviation(width: width)
  }

  /// `Spectrum.effectiveRank` of the first `rowLimit` embeddings.
  ///
  /// - Returns: nil where an embedding is not finite.
  public static func effectiveRank(of embeddings: Rows<some TrainingScalar>) -> Double? {
    Spectrum(of: matrix(embeddings).prefix(rowLimit))?.effectiveRank
  }

  private static func matrix(_ rows: Rows<some TrainingScalar>) -> FeatureMatrix {
    FeatureMatrix(count: rows.count, width: rows.width, values: rows.values.map { Double($0) })
  }
}
