import Gradients
import Tensors
import Testing

@testable import Training

/// Nearest neighbours against NumPy's numbers.
@Suite struct NearestNeighboursTests {
  let arrays: Arrays
  let classifier: NearestNeighbours
  let test: Rows<Float>

  init() throws {
    arrays = try .evaluation()
    classifier = NearestNeighbours(
      try arrays.rows("train"), labels: try arrays.integers("train_labels"), classes: 4)
    test = try arrays.rows("test")
  }

  @Test(arguments: [1, 7, 20]) func `neighbours and votes are NumPy's`(k: Int) throws {
    let near = classifier.neighbours(of: test, count: 20)
    #expect(
      near.map { $0.prefix(k).map(\.index) }.joined().elementsEqual(
        try arrays.integers("neighbours\(k)")))
    let majority = classifier.votes(of: near, k: k, vote: .majority)
    #expect(try majority.values.map(Double.init) == arrays["majority\(k)"].doubles())
    let weighted = classifier.votes(of: near, k: k, vote: .weighted)
    #expect(try largestDifference(weighted.values, arrays["weighted\(k)"].doubles()) < 2e-5)
  }

  @Test func `length does not matter, and of equally near ones the first comes first`() {
    let bank = Rows<Float>(count: 4, width: 2, values: [0, 5, 1, 1, 3, 3, 2, 0])
    let classifier = NearestNeighbours(bank, labels: [0, 1, 2, 3], classes: 4)
    let near = classifier.neighbours(of: Rows(count: 1, width: 2, values: [1, 1]), count: 9)
    #expect(near[0].map(\.index) == [1, 2, 0, 3])
  }

  @Test func `an embedding of zeros is near nothing`() {
    let bank = Rows<Float>(count: 2, width: 2, values: [1, 0, 0, 1])
    let classifier = NearestNeighbours(bank, labels: [0, 1], classes: 2)
    let near = classifier.neighbours(of: Rows(count: 1, width: 2, values: [0, 0]), count: 2)
    #expect(near[0].map(\.cosine) == [0, 0])
  }
}
