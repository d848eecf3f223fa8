import Spectra
import Testing

@Suite struct PrincipalComponentsTests {
  /// U S of `numpy.linalg.svd` of the centred rows (NumPy 2.4.6), first two rows.
  ///
  /// The largest coordinate of each axis was made positive. More rows than columns and fewer.
  @Test(arguments: [
    (
      6, 4, [0.6269818811294013, 0.2597691306218528],
      [[-0.5201905003224855, 0.4061407783625411], [0.0551664043476734, -0.5289716938092186]]
    ),
    (
      5, 16, [0.4387432572248751, 0.3742377387104813],
      [[-1.0812459784636184, 0.21693772723381788], [-0.6663428050439718, 1.6580440806569376]]
    ),
    (
      40, 24, [0.11471516141730852, 0.1124110378600353],
      [[-1.4052933058588208, -0.6236140396562903], [-0.37939584639401, -0.18812904353088286]]
    ),
  ])
  func pointsAreNumPys(count: Int, width: Int, shares: [Double], points: [[Double]]) throws {
    let found = try #require(PrincipalComponents(of: Rows.matrix(count, width)))
    #expect(found.points.count == count)
    for (share, wanted) in zip(found.shares, shares) {
      #expect((share - wanted).magnitude < 1e-9)
    }
    // Two axes of almost the same variance settle slowly: 1 % apart, to 1e-4.
    let tolerance = count == 40 ? 1e-4 : 1e-8
    for (point, wanted) in zip(found.points, points) {
      for (one, other) in zip(point, wanted) { #expect((one - other).magnitude < tolerance) }
    }
  }

  @Test func theSameFeaturesGiveTheSamePicture() {
    let matrix = Rows.matrix(30, 12)
    #expect(PrincipalComponents(of: matrix) == PrincipalComponents(of: matrix))
  }

  @Test func degenerateFeatures() throws {
    let same = FeatureMatrix(count: 4, width: 3, values: Array(repeating: 2, count: 12))
    #expect(PrincipalComponents(of: same) == nil)
    let single = FeatureMatrix(count: 1, width: 3, values: [1, 2, 3])
    #expect(PrincipalComponents(of: single) == nil)
    // One dimension alone: the second axis is flat.
    let line = FeatureMatrix(count: 4, width: 1, values: [0, 1, 2, 5])
    let found = try #require(PrincipalComponents(of: line))
    #expect(found.points.map { $0[0] } == [-2, -1, 0, 3] && found.shares == [1, 0])
    #expect(found.points.allSatisfy { $0[1] == 0 })
  }
}
