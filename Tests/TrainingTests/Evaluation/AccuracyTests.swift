import Gradients
import Testing

@testable import Training

@Suite struct AccuracyTests {
  /// Three pictures, six classes.
  let scores = Rows<Float>(
    count: 3, width: 6,
    values: [9, 1, 2, 3, 4, 5] + [5, 4, 3, 2, 1, 9] + [1, 1, 1, 1, 1, 1])

  @Test func `the first and the first five are counted`() {
    let accuracy = Accuracy(of: scores, labels: [0, 4, 0])
    #expect(accuracy.top1 == 2.0 / 3)
    #expect(accuracy.top5 == 2.0 / 3)
    #expect(accuracy.count == 3)
  }

  @Test func `of equal scores the smaller class comes first`() {
    #expect(Accuracy(of: scores, labels: [0, 5, 5]).top5 == 2.0 / 3)
    #expect(Accuracy(of: scores, labels: [0, 5, 4]).top5 == 1)
  }

  @Test func `what is no number is never right`() {
    let scores = Rows<Float>(count: 1, width: 2, values: [.nan, .nan])
    #expect(Accuracy(of: scores, labels: [0]).top1 == 0)
  }

  @Test func `five classes have no first five`() {
    let scores = Rows<Float>(count: 1, width: 5, values: [1, 2, 3, 4, 5])
    #expect(Accuracy(of: scores, labels: [4]).top5 == nil)
  }
}
