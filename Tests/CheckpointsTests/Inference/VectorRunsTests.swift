import Testing

@testable import Checkpoints

/// Vectors are given to layers by length and order.
@Suite struct VectorRunsTests {
  private func owner(_ layer: Int, norm: Int? = nil, bias: Int? = nil) -> VectorRuns.Owner {
    VectorRuns.Owner(
      layer: layer, norm: norm.map { ("n\(layer)", $0) }, bias: bias.map { ("l\(layer)", $0) })
  }

  @Test func `every batch norm has as many vectors as any other, and biases are optional`() throws {
    let owners = [owner(0, norm: 8), owner(1, norm: 16, bias: 16), owner(2, bias: 4)]
    let found = try #require(VectorRuns([8, 8, 16, 16, 16, 4], owners))
    #expect(found.count == 2)
    #expect(found.runs == [0..<2, 2..<5, 5..<6])
    let bare = try #require(VectorRuns([8, 8, 16, 16], owners))
    #expect(bare.runs == [0..<2, 2..<4, 4..<4])
  }

  @Test func `lengths in another order, too few or too many are no reading`() {
    let owners = [owner(0, norm: 8), owner(1, norm: 16)]
    #expect(VectorRuns([16, 16, 8, 8], owners) == nil)
    #expect(VectorRuns([8, 8, 16], owners) == nil)
    #expect(VectorRuns([8, 8, 16, 16, 4], owners) == nil)
    #expect(VectorRuns([], owners) == nil)
  }

  /// Five vectors may be four and a bias, or five.
  @Test func `two readings are none, unless other layers tell the number`() throws {
    let owners = [owner(0, norm: 8, bias: 8)]
    #expect(VectorRuns(Array(repeating: 8, count: 5), owners) == nil)
    #expect(VectorRuns(Array(repeating: 8, count: 5), owners, known: 4)?.runs == [0..<5])
  }
}
