import Embedding
import Networks
import Tensors
import Testing

/// The most probable classes, and how often they are right.
@Suite struct TopClassesTests {
  private let logits = Features(
    shape: [3, 6],
    values: [
      0, 1, 2, 3, 4, 5,
      5, 5, 0, 9, 1, 5,
      -1, .nan, -3, -2, -.infinity, -5,
    ])

  @Test func `classes come by their logits, equals by their number, no number last`() {
    let top = TopClasses(of: logits, count: 4)
    #expect(top.classes == [5, 4, 3, 2, 3, 0, 1, 5, 0, 3, 2, 5])
  }

  @Test func `probabilities are the softmax`() {
    let top = TopClasses(of: logits, count: 2)
    // NumPy: exp(x - max) / sum for [0, 1, 2, 3, 4, 5].
    #expect(abs(top.probabilities[0] - 0.633_691_3) < 1e-6)
    #expect(abs(top.probabilities[1] - 0.233_122) < 1e-6)
    let large = Features(shape: [1, 2], values: [1000, 990])
    #expect(abs(TopClasses(of: large, count: 1).probabilities[0] - 0.999_954_6) < 1e-6)
  }

  @Test func `no more classes than there are`() {
    #expect(TopClasses(of: logits, count: 50).count == 6)
  }

  @Test func `top-1 and top-5 count the pictures whose class is known`() throws {
    let accuracy = try HeadAccuracy(logits, truth: [5, 2, nil])
    #expect(accuracy.pictures == 2)
    #expect(accuracy.top1 == 0.5)
    #expect(accuracy.top5 == 0.5)
    #expect(try HeadAccuracy(logits, truth: [1, nil, nil]).top5 == 1)
    #expect(try HeadAccuracy(logits, truth: [0, nil, nil]).top5 == 0)
    #expect(throws: Failure.self) { try HeadAccuracy(logits, truth: [nil, nil, nil]) }
  }
}
