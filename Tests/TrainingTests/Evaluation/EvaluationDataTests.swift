import Gradients
import Tensors
import Testing

@testable import Training

/// What an evaluation refuses, and how it divides pictures.
@Suite struct EvaluationDataTests {
  private func data(_ training: PaintedPictures, test: PaintedPictures? = nil) throws
    -> EvaluationData
  {
    try EvaluationData(
      training: LabelledPictures(training), test: test.map { try LabelledPictures($0) }, seed: 1)
  }

  /// The sentence of what a call throws.
  private func sentence(_ call: () throws -> EvaluationData) -> String {
    do {
      _ = try call()
      return "nothing was thrown"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a picture without a class is named`() {
    let said = sentence { try data(PaintedPictures(count: 9, unknown: [4])) }
    #expect(said.hasPrefix("painted4.png: expected a class"))
  }

  @Test func `a single class is refused`() {
    #expect(
      sentence { try data(PaintedPictures(count: 9, classes: ["red"])) }
        == "expected training pictures of two classes or more, found only of red")
  }

  @Test func `fewer pictures than classes are refused`() {
    let said = sentence { try data(PaintedPictures(count: 2)) }
    #expect(said == "expected at least as many training pictures as classes (3), found 2")
  }

  @Test func `classes of the test set are numbered as those of the training set`() throws {
    var test = PaintedPictures(count: 6)
    test.classes = ["blue", "red", "green"]
    let both = try data(PaintedPictures(count: 9), test: test)
    #expect(both.test.labels == [2, 0, 1, 2, 0, 1])
    #expect(both.test.classes == both.training.classes)
    #expect(!both.isHeldOut)
    test.classes = ["blue", "red", "mauve"]
    let said = sentence { try data(PaintedPictures(count: 9), test: test) }
    #expect(
      said
        == "painted2.png: expected a class of the training pictures (red, green, blue), found mauve"
    )
  }

  @Test func `without a test set a fifth of every class is held out`() throws {
    let both = try data(PaintedPictures(count: 30))
    #expect(both.isHeldOut)
    #expect(both.test.labels.sorted() == [0, 0, 1, 1, 2, 2])
    #expect((both.training.indices + both.test.indices).sorted() == Array(0..<30))
  }

  @Test func `one picture of each class leaves none to judge`() {
    #expect(
      sentence { try data(PaintedPictures(count: 3)) }.hasPrefix("expected two pictures of a class")
    )
  }

  @Test func `an embedding that is no number names its picture`() {
    let bad = LabelledEmbeddings(
      .init(count: 2, width: 2, values: [1, 2, 3, .nan]), labels: [0, 1])
    #expect(throws: Failure.self) { try bad.check { "picture \($0)" } }
    do { try bad.check { "picture \($0)" } } catch {
      #expect("\(error)" == "picture 1: expected an embedding of finite numbers, found nan in it")
    }
  }
}
