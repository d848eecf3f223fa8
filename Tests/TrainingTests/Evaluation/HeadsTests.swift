import Checkpoints
import Gradients
import Networks
import TestSupport
import Tensors
import Testing

@testable import Training

/// A classifier in a checkpoint, and in a file.
@Suite struct HeadsTests {
  let head = LinearHead(
    classes: 2, width: 64, weight: (0..<128).map { Float($0) / 64 }, bias: [1, -1])

  @Test func `the classifier and a word on it are added, and nothing else changes`() throws {
    let checkpoint = try SummingUpdater.sample()
    let with = try checkpoint.adding(head, as: "linear", about: ["method": "a test"])
    #expect(try with.tensor("online/heads/linear/weight").floats() == head.weight)
    #expect(try with.tensor("online/heads/linear/weight").shape == [2, 64])
    #expect(try with.tensor("online/heads/linear/bias").floats() == head.bias)
    #expect(with.entries.count == checkpoint.entries.count + 2)
    #expect(with.provenance.attributes?["online/heads/linear"] == #"{"method":"a test"}"#)
    // A second time it is replaced.
    #expect(try with.adding(head, as: "linear", about: 1).entries.count == with.entries.count)
  }

  @Test func `a classifier that is there loses its momentum when another takes its place`() throws {
    let checkpoint = try SummingUpdater.sample()
    let momentum = "optimizer/momentum/online/heads/classifier/weight"
    try #require(checkpoint[momentum] != nil)
    #expect(try checkpoint.adding(head, as: "classifier", about: 1)[momentum] == nil)
  }

  @Test(arguments: ["", "a/b", "..", "ü", String(repeating: "a", count: 65)])
  func `a name that the layout does not have is refused`(name: String) throws {
    let checkpoint = try SummingUpdater.sample()
    #expect(throws: Failure.self) { try checkpoint.adding(head, as: name, about: 1) }
  }

  @Test func `the file has the classifier, and is not replaced unasked`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("head.h5")
    let checkpoint = try SummingUpdater.sample()
    let encoder = try FrozenEncoder(checkpoint, size: 32, engine: Engines.fast(threads: 1))
    let data = try EvaluationData(
      training: LabelledPictures(PaintedPictures(count: 30)), test: nil, seed: 0)
    let evaluation = try Evaluation(checkpoint, encoder: encoder, data: data)
    var regression = LogisticRegression()
    regression.penalties = [1]
    var outcome = try evaluation.linear(regression)
    try HeadFile.check(path, name: "probe", force: false)
    try HeadFile.write(&outcome, as: "probe", to: path, force: false)
    #expect(outcome.report.written == path)
    let read = try Loaded(path).checkpoint
    #expect(
      try read.tensor("online/heads/probe/weight").floats() == (try #require(outcome.head)).weight)
    let about = try #require(read.provenance.attributes?["online/heads/probe"])
    #expect(about.contains("linear (L-BFGS)"))
    #expect(
      try read.tensor("online/encoder/stem/conv/weight").floats()
        == checkpoint.tensor("online/encoder/stem/conv/weight").floats())
    #expect(throws: Failure.self) { try HeadFile.check(path, name: "probe", force: false) }
  }
}
