import Testing

@testable import Training

/// Choices of pictures: balanced, and the same every time.
@Suite struct SplitsTests {
  /// 3 classes of 100, 50 and 5 pictures.
  let labels = (0..<155).map { $0 < 100 ? 0 : $0 < 150 ? 1 : 2 }

  private func counts(_ chosen: [Int]) -> [Int] {
    (0..<3).map { label in chosen.filter { labels[$0] == label }.count }
  }

  @Test func `validation takes its share of every class`() {
    let split = Splits.validation(labels, share: 0.1, seed: 1)
    #expect(counts(split.validation) == [10, 5, 1])
    #expect((split.training + split.validation).sorted() == Array(labels.indices))
    #expect(split.validation == split.validation.sorted())
    #expect(Splits.validation(labels, share: 0.1, seed: 1).validation == split.validation)
    #expect(Splits.validation(labels, share: 0.1, seed: 2).validation != split.validation)
  }

  @Test func `a class keeps a picture on either side, and a single one trains`() {
    let split = Splits.validation([0, 0, 1], share: 0.9, seed: 0)
    #expect(split.validation.count == 1 && split.training.contains(2))
    #expect(Splits.validation([0, 0], share: 0.001, seed: 0).validation.count == 1)
  }

  @Test func `a balanced part has as many of each class, as far as there are so many`() {
    #expect(counts(Splits.balanced(labels, share: 0.1, seed: 3)) == [5, 5, 5])
    #expect(counts(Splits.balanced(labels, share: 0.2, seed: 3)) == [10, 10, 5])
    #expect(counts(Splits.balanced(labels, share: 0.001, seed: 3)) == [1, 1, 1])
    #expect(Splits.balanced(labels, share: 1, seed: 3).count == 52 + 50 + 5)
  }

  @Test func `one per cent is a part of ten, and the seed chooses`() {
    let ten = Set(Splits.balanced(labels, share: 0.1, seed: 3))
    #expect(ten.isSuperset(of: Splits.balanced(labels, share: 0.01, seed: 3)))
    #expect(Splits.balanced(labels, share: 0.1, seed: 3) == ten.sorted())
    #expect(Set(Splits.balanced(labels, share: 0.1, seed: 4)) != ten)
  }
}
