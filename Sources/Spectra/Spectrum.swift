import COpenBLAS
import Glibc

/// The singular values of features less their mean: how many directions they fill, and how unevenly.
public struct Spectrum: Sendable, Equatable {
  /// The singular values, the largest first; rounding errors are left out.
  ///
  /// Those below max(count, width) * 2^-23 * (Frobenius norm before the mean is taken off) are rounding
  /// errors of float32, which networks compute in.
  public let singularValues: [Double]
  /// The sum of the squares of all of them: the variance times the number of rows.
  public let total: Double

  /// The spectrum of features; nil where one of them is not finite.
  public init?(of features: FeatureMatrix) {
    let (count, width) = (features.count, features.width)
    guard count > 0, width > 0 else {
      singularValues = []
      total = 0
      return
    }
    let norm = features.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm.isFinite else { return nil }
    let gram = Self.gram(features.centred)
    guard let squares = SymmetricEigenvalues.of(gram, side: min(count, width)) else { return nil }
    let tolerance = Double(max(count, width)) * 0x1p-23 * norm
    let values = squares.map { max($0, 0).squareRoot() }.filter { $0 > tolerance }
    singularValues = values.sorted(by: >)
    total = values.reduce(0) { $0 + $1 * $1 }
  }

  /// The number of directions that the features fill: exp of the entropy of the singular values divided
  /// by their sum (Roy and Vetterli 2007, "The effective rank: a measure of effective dimensionality").
  ///
  /// From 1 to min(count - 1, width); 0 where all singular values are rounding errors.
  public var effectiveRank: Double {
    guard !singularValues.isEmpty else { return 0 }
    let sum = singularValues.reduce(0, +)
    return exp(singularValues.reduce(0) { $0 - $1 / sum * log($1 / sum) })
  }

  /// The share of the variance along each direction, the largest first.
  public var shares: [Double] {
    singularValues.map { total > 0 ? $0 * $0 / total : 0 }
  }

  /// The smaller of X X^T and X^T X, whose eigenvalues are the squares of X's singular values; its
  /// upper triangle, row-major.
  static func gram(_ features: FeatureMatrix) -> [Double] {
    let (count, width) = (features.count, features.width)
    let side = min(count, width)
    var result = [Double](repeating: 0, count: side * side)
    let (transposed, inner) = count <= width ? (CblasNoTrans, width) : (CblasTrans, count)
    unsafe cblas_dsyrk(
      CblasRowMajor, CblasUpper, transposed, Int32(side), Int32(inner), 1, features.values,
      Int32(width), 0, &result, Int32(side))
    return result
  }
}
