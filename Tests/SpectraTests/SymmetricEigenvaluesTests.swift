import Spectra
import Testing

@Suite struct SymmetricEigenvaluesTests {
  /// NumPy's `linalg.eigvalsh`; two eigenvalues of this matrix are 0.
  @Test func eigenvaluesAreNumPys() throws {
    let matrix = (0..<49).map { index in
      let (row, column) = (index / 7, index % 7)
      return Double((row * column * 13 + (row + column) * 7) % 23 - 11)
    }
    let expected = [
      -25.772609310839297, -22.999999999999993, -21.287301521985906, 0, 0, 17.287301521985896,
      26.7726093108393,
    ]
    let found = try #require(SymmetricEigenvalues.of(matrix, side: 7)).sorted()
    for (one, other) in zip(found, expected) { #expect((one - other).magnitude < 1e-13 * 27) }
  }

  @Test(arguments: [1, 2, 3, 50])
  func eigenvaluesOfDiagonalAndConstantMatrices(side: Int) throws {
    var diagonal = [Double](repeating: 0, count: side * side)
    for index in 0..<side { diagonal[index * side + index] = Double(index * index) - 3 }
    let found = try #require(SymmetricEigenvalues.of(diagonal, side: side)).sorted()
    #expect(found == (0..<side).map { Double($0 * $0) - 3 })
    let ones = try #require(
      SymmetricEigenvalues.of([Double](repeating: 1, count: side * side), side: side)
    ).sorted()
    #expect((ones[side - 1] - Double(side)).magnitude < 1e-12)
    #expect(ones.dropLast().allSatisfy { $0.magnitude < 1e-12 })
  }
}
