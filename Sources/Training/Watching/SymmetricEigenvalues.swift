import COpenBLAS

/// The eigenvalues of a real symmetric matrix (Golub and Van Loan, "Matrix Computations", section 8.3):
/// Householder's reduction to a tridiagonal matrix, then QL steps with implicit shifts.
///
/// OpenBLAS may be built without LAPACK, which would do the same.
enum SymmetricEigenvalues {
  /// The eigenvalues, in no order.
  ///
  /// - Parameters:
  ///   - matrix: [side, side], row-major; only the upper triangle is read.
  /// - Returns: nil where the matrix is not finite.
  static func of(_ matrix: [Double], side: Int) -> [Double]? {
    guard matrix.allSatisfy(\.isFinite) else { return nil }
    var (diagonal, beside) = tridiagonal(matrix, side)
    return iterate(&diagonal, &beside) ? diagonal : nil
  }

  /// The diagonal of a similar tridiagonal matrix, and what is beside it, with a 0 at the end.
  private static func tridiagonal(_ matrix: [Double], _ side: Int) -> ([Double], [Double]) {
    var matrix = matrix
    var diagonal = [Double](repeating: 0, count: side)
    var beside = [Double](repeating: 0, count: side)
    var reflector = [Double](repeating: 0, count: side)
    var product = [Double](repeating: 0, count: side)
    matrix.withUnsafeMutableBufferPointer { matrix in
      guard let base = matrix.baseAddress else { return }
      for index in 0..<side {
        diagonal[index] = matrix[index * side + index]
        let rest = side - index - 1
        guard rest > 0 else { continue }
        // The row right of the diagonal becomes (beside, 0, ..., 0).
        for place in 0..<rest { reflector[place] = matrix[index * side + index + 1 + place] }
        let norm = cblas_dnrm2(Int32(rest), reflector, 1)
        beside[index] = reflector[0] > 0 ? -norm : norm
        guard rest > 1, norm > 0 else { continue }
        reflector[0] -= beside[index]
        let square = cblas_ddot(Int32(rest), reflector, 1, reflector, 1)
        let scale = 2 / square
        guard scale.isFinite else { continue }
        // A - v w^T - w v^T with w = p - (p.v / v.v) v and p = 2 A v / v.v.
        let corner = base + (index + 1) * side + index + 1
        cblas_dsymv(
          CblasRowMajor, CblasUpper, Int32(rest), scale, corner, Int32(side), reflector, 1, 0,
          &product, 1)
        let shared = cblas_ddot(Int32(rest), product, 1, reflector, 1) / square
        cblas_daxpy(Int32(rest), -shared, reflector, 1, &product, 1)
        cblas_dsyr2(
          CblasRowMajor, CblasUpper, Int32(rest), -1, reflector, 1, product, 1, corner, Int32(side))
      }
    }
    return (diagonal, beside)
  }

  /// Makes the matrix diagonal; false where it takes more steps than any matrix should.
  private static func iterate(_ diagonal: inout [Double], _ beside: inout [Double]) -> Bool {
    for low in diagonal.indices {
      var steps = 0
      while let high = end(of: low, diagonal, beside), high > low {
        guard steps < 60 else { return false }
        steps += 1
        sweep(low, high, &diagonal, &beside)
      }
    }
    return true
  }

  /// The end of the block that begins at `low`: the first place whose neighbour is negligible.
  private static func end(of low: Int, _ diagonal: [Double], _ beside: [Double]) -> Int? {
    (low..<diagonal.count).first { place in
      guard place + 1 < diagonal.count else { return true }
      let size = diagonal[place].magnitude + diagonal[place + 1].magnitude
      return size + beside[place].magnitude == size
    }
  }

  /// One QL step over a block, from its end to its beginning, with Wilkinson's shift.
  private static func sweep(
    _ low: Int, _ high: Int, _ diagonal: inout [Double], _ beside: inout [Double]
  ) {
    let half = (diagonal[low + 1] - diagonal[low]) / (2 * beside[low])
    let root = (half * half + 1).squareRoot()
    var bulge =
      diagonal[high] - diagonal[low] + beside[low] / (half + (half < 0 ? -root : root))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for place in stride(from: high - 1, through: low, by: -1) {
      let (far, near) = (sine * beside[place], cosine * beside[place])
      let radius = (far * far + bulge * bulge).squareRoot()
      beside[place + 1] = radius
      if radius == 0 {
        // The block splits here.
        diagonal[place + 1] -= shift
        beside[high] = 0
        return
      }
      (sine, cosine) = (far / radius, bulge / radius)
      bulge = diagonal[place + 1] - shift
      let turned = (diagonal[place] - bulge) * sine + 2 * cosine * near
      shift = sine * turned
      diagonal[place + 1] = bulge + shift
      bulge = cosine * turned - near
    }
    diagonal[low] -= shift
    beside[low] = bulge
    beside[high] = 0
  }
}
