/// The eigenvalues of a real symmetric matrix (Golub and Van Loan, "Matrix Computations", section 8.3):
/// Householder's reduction to a tridiagonal matrix, then QL steps with implicit shifts.
///
/// LAPACK would do the same, but OpenBLAS may be built without it, and wakes its threads for each of
/// the many small steps.
public enum SymmetricEigenvalues {
  /// The eigenvalues, in no order.
  ///
  /// - Parameters:
  ///   - matrix: [side, side], row-major; only the upper triangle is read.
  /// - Returns: nil where the matrix is not finite.
  public static func of(_ matrix: [Double], side: Int) -> [Double]? {
    guard matrix.allSatisfy(\.isFinite) else { return nil }
    var (diagonal, beside) = tridiagonal(matrix, side)
    return iterate(&diagonal, &beside) ? diagonal : nil
  }

  /// The diagonal of a similar tridiagonal matrix, and what is beside it, with a 0 at the end.
  private static func tridiagonal(_ matrix: [Double], _ side: Int) -> ([Double], [Double]) {
    var matrix = matrix
    var diagonal = [Double](repeating: 0, count: side)
    var beside = [Double](repeating: 0, count: side)
    unsafe matrix.withUnsafeMutableBufferPointer { matrix in
      guard let base = matrix.baseAddress else { return }
      for row in 0..<side {
        for column in 0..<row {
          unsafe matrix[row * side + column] = unsafe matrix[column * side + row]
        }
      }
      for index in 0..<side {
        diagonal[index] = unsafe matrix[index * side + index]
        // The row right of the diagonal becomes (beside, 0, ..., 0), and the corner below it follows.
        let count = side - index - 1
        guard count > 0 else { continue }
        let start = unsafe base + index * side + index + 1
        let row = unsafe UnsafeMutableBufferPointer(start: start, count: count)
        let norm = unsafe row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        beside[index] = unsafe row[0] > 0 ? -norm : norm
        unsafe row[0] -= beside[index]
        if count > 1, norm > 0 { unsafe reflect(row, corner: start + side, side: side) }
      }
    }
    return (diagonal, beside)
  }

  /// A - v w^T - w v^T with w = p - (p.v / v.v) v and p = 2 A v / v.v, in place: A between two
  /// reflections by v.
  private static func reflect(
    _ vector: UnsafeMutableBufferPointer<Double>, corner: UnsafeMutablePointer<Double>, side: Int
  ) {
    let count = vector.count
    let square = unsafe vector.reduce(0) { $0 + $1 * $1 }
    guard square >= .leastNormalMagnitude else { return }
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { product in
      unsafe product.initialize(repeating: 0)
      for line in 0..<count {
        let (share, values) = unsafe (2 * vector[line] / square, corner + line * side)
        for column in 0..<count { unsafe product[column] += share * values[column] }
      }
      let overlap = (0..<count).reduce(0) { unsafe $0 + product[$1] * vector[$1] } / square
      for column in 0..<count { unsafe product[column] -= overlap * vector[column] }
      for line in 0..<count {
        let (first, second, values) = unsafe (vector[line], product[line], corner + line * side)
        for column in 0..<count {
          unsafe values[column] -= first * product[column] + second * vector[column]
        }
      }
    }
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
