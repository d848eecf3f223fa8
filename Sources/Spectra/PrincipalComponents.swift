import COpenBLAS
import Tensors

/// Features as points in the plane of their two largest principal components (Pearson 1901; Jolliffe,
/// "Principal Component Analysis", chapter 1).
public struct PrincipalComponents: Sendable, Equatable {
  /// A point for each row, in units of the features.
  public let points: [[Double]]
  /// The share of the variance along each of the two axes, 0 to 1.
  public let shares: [Double]

  /// The most iterations; each brings the plane nearer by the ratio of the third eigenvalue to the
  /// second, so that what has not settled by then are axes of almost the same variance.
  private static let limit = 1000

  /// The projection of features; nil where one of them is not finite, or all rows are the same.
  ///
  /// The axes are found by orthogonal iteration (Golub and Van Loan, "Matrix Computations", section
  /// 8.2.4) from a fixed start, and the sign of each is that which makes the largest coordinate
  /// positive, so that the same features give the same picture.
  public init?(of features: FeatureMatrix) {
    let centred = features.centred
    let (count, width) = (centred.count, centred.width)
    let total = centred.values.reduce(0) { $0 + $1 * $1 }
    guard count > 1, width > 0, total > 0, total.isFinite else { return nil }
    let side = min(count, width)
    let gram = Spectrum.gram(centred)
    // Of X X^T the eigenvectors times the singular values are the coordinates themselves; of X^T X
    // they are directions to project on.
    var generator = SplitMix64(seed: 1901)
    var vectors = (0..<min(2, side)).map { _ in
      (0..<side).map { _ in generator.nextUnit() }
    }
    Self.orthonormalise(&vectors)
    for _ in 0..<Self.limit {
      var next = vectors.map { Self.product(gram, $0) }
      Self.orthonormalise(&next)
      // A matrix of squares has no negative eigenvalues: vectors do not turn round.
      let change = zip(vectors, next).map { Self.distance($0, $1) }.max() ?? 0
      vectors = next
      if change < 1e-12 { break }
    }
    var axes: [[Double]] = []
    var shares: [Double] = []
    for vector in vectors {
      let value = max(Self.dot(vector, Self.product(gram, vector)), 0)
      shares.append(value / total)
      let axis =
        count <= width
        ? vector.map { $0 * value.squareRoot() }
        : (0..<count).map { row in
          (0..<width).reduce(0) { $0 + centred.values[row * width + $1] * vector[$1] }
        }
      let largest = axis.max { abs($0) < abs($1) } ?? 0
      axes.append(largest < 0 ? axis.map { -$0 } : axis)
    }
    while axes.count < 2 {
      axes.append([Double](repeating: 0, count: count))
      shares.append(0)
    }
    points = (0..<count).map { row in axes.map { $0[row] } }
    self.shares = shares
  }

  /// A symmetric matrix, whose upper triangle is given, times a vector.
  private static func product(_ matrix: [Double], _ vector: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: vector.count)
    let side = Int32(vector.count)
    unsafe cblas_dsymv(CblasRowMajor, CblasUpper, side, 1, matrix, side, vector, 1, 0, &result, 1)
    return result
  }

  private static func dot(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func distance(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// Gram and Schmidt's process; a vector of which nothing is left becomes zero.
  private static func orthonormalise(_ vectors: inout [[Double]]) {
    for index in vectors.indices {
      for before in 0..<index {
        let share = dot(vectors[index], vectors[before])
        for place in vectors[index].indices {
          vectors[index][place] -= share * vectors[before][place]
        }
      }
      let norm = dot(vectors[index], vectors[index]).squareRoot()
      for place in vectors[index].indices {
        vectors[index][place] = norm > 1e-150 ? vectors[index][place] / norm : 0
      }
    }
  }
}
