import COpenBLAS
public import Gradients
import Glibc

/// Two numbers of a batch of embeddings by which the collapse of a network is seen: all pictures are
/// given the same vector, or vectors of a few directions.
public enum CollapseMeasures {
  /// The most embeddings of which the effective rank is computed; it cannot be above their number.
  public static let rowLimit = 256

  /// The standard deviation of each dimension of the l2-normalised embeddings over the batch, averaged
  /// over the dimensions (Chen and He 2021, "Exploring Simple Siamese Representation Learning",
  /// section 4.1).
  ///
  /// It is 0 where all embeddings point the same way, and `healthyDeviation` at most.
  public static func featureDeviation(of embeddings: Rows<some TrainingScalar>) -> Double {
    let (count, width) = (embeddings.count, embeddings.width)
    guard count > 0, width > 0 else { return 0 }
    var sum = [Double](repeating: 0, count: width)
    var normalised = embeddings.values.map { Double($0) }
    for row in 0..<count {
      let range = row * width..<(row + 1) * width
      let norm = max(normalised[range].reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
      for index in range {
        normalised[index] /= norm
        sum[index - range.lowerBound] += normalised[index]
      }
    }
    var squares = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for column in 0..<width {
        let distance = normalised[row * width + column] - sum[column] / Double(count)
        squares[column] += distance * distance
      }
    }
    return squares.reduce(0) { $0 + ($1 / Double(count)).squareRoot() } / Double(width)
  }

  /// The feature standard deviation of directions spread evenly, 1/sqrt(width), which none exceeds.
  public static func healthyDeviation(width: Int) -> Double {
    1 / Double(max(width, 1)).squareRoot()
  }

  /// The number of directions that the embeddings fill: exp of the entropy of the singular values,
  /// divided by their sum, of the embeddings less their mean (Roy and Vetterli 2007, "The effective
  /// rank: a measure of effective dimensionality").
  ///
  /// Of the first `rowLimit` embeddings; from 1 to min(count - 1, width). Singular values below
  /// max(count, width) * 2^-23 * (Frobenius norm before the mean is taken off) are rounding errors and
  /// left out; where all are, the rank is 0.
  ///
  /// - Returns: nil where an embedding is not finite.
  public static func effectiveRank(of embeddings: Rows<some TrainingScalar>) -> Double? {
    let (count, width) = (min(embeddings.count, rowLimit), embeddings.width)
    guard count > 0, width > 0 else { return 0 }
    var centred = embeddings.values.prefix(count * width).map { Double($0) }
    let norm = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm.isFinite else { return nil }
    for column in 0..<width {
      let places = stride(from: column, to: count * width, by: width)
      let mean = places.reduce(0) { $0 + centred[$1] } / Double(count)
      for place in places { centred[place] -= mean }
    }
    guard
      let squares = SymmetricEigenvalues.of(gram(centred, count, width), side: min(count, width))
    else { return nil }
    let tolerance = Double(max(count, width)) * 0x1p-23 * norm
    let values = squares.map { max($0, 0).squareRoot() }.filter { $0 > tolerance }
    guard !values.isEmpty else { return 0 }
    let sum = values.reduce(0, +)
    return exp(values.reduce(0) { $0 - $1 / sum * log($1 / sum) })
  }

  /// The smaller of X X^T and X^T X, whose eigenvalues are the squares of X's singular values; its
  /// upper triangle, row-major.
  private static func gram(_ matrix: [Double], _ count: Int, _ width: Int) -> [Double] {
    let side = min(count, width)
    var result = [Double](repeating: 0, count: side * side)
    let (transposed, inner) = count <= width ? (CblasNoTrans, width) : (CblasTrans, count)
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, transposed, Int32(side), Int32(inner), 1, matrix, Int32(width), 0,
      &result, Int32(side))
    return result
  }
}
