import Checkpoints
import Gradients
import Images
import Networks
import TestSupport
import Tensors
import Testing

@testable import Training

/// Whole evaluations of the sample's network on painted pictures.
@Suite struct EvaluationTests {
  let checkpoint: Checkpoint

  init() throws { checkpoint = try SummingUpdater.sample() }

  private func evaluation(
    _ training: PaintedPictures = PaintedPictures(count: 60),
    test: PaintedPictures? = PaintedPictures(count: 30, seed: 2), of checkpoint: Checkpoint? = nil
  ) throws -> Evaluation {
    let checkpoint = checkpoint ?? self.checkpoint
    return try Evaluation(
      checkpoint,
      encoder: FrozenEncoder(checkpoint, size: 32, engine: Engines.fast(threads: 1)),
      data: EvaluationData(
        training: LabelledPictures(training), test: test.map { try LabelledPictures($0) }, seed: 5),
      seed: 5)
  }

  @Test func `logistic regression tells colours apart`() throws {
    let outcome = try evaluation().linear(LogisticRegression())
    #expect(outcome.report.accuracy == Accuracy(top1: 1, top5: nil, count: 30))
    #expect(outcome.report.sweep.count == 45)
    #expect(outcome.report.validationPictures == 6)
    #expect(outcome.report.notes.isEmpty)
    #expect(outcome.head?.classes == 3 && outcome.head?.width == 64)
  }

  @Test func `SGD tells colours apart, with crops and without`() throws {
    for isAugmented in [false, true] {
      var plan = LinearSGD()
      plan.rates = [0.1, 0.01]
      plan.epochs = 4
      plan.isAugmented = isAugmented
      let outcome = try evaluation().linear(plan)
      #expect(outcome.report.accuracy.top1 > 0.9)
      #expect(outcome.report.sweep.count == 2)
      // The same seed gives the same classifier.
      #expect(try evaluation().linear(plan).head == outcome.head)
    }
  }

  @Test func `neighbours tell colours apart, and other settings are beside`() throws {
    let report = try evaluation().nearestNeighbours(counts: [5, 1]).report
    #expect(report.accuracy.top1 > 0.9)
    #expect(report.settings.first == .init("k", 5))
    #expect(report.others.count == 3)
  }

  @Test func `labels that say nothing give an accuracy near chance`() throws {
    // Noise alone: a method that looked at test labels would do better.
    var training = PaintedPictures(count: 60, noise: 80)
    training.classes = ["heads", "tails"]
    var test = training
    test.seed = 2
    // Both classes have the same colour.
    let same = Repainted(training)
    let evaluation = try Evaluation(
      checkpoint, encoder: FrozenEncoder(checkpoint, size: 32, engine: Engines.fast(threads: 1)),
      data: EvaluationData(
        training: LabelledPictures(same), test: LabelledPictures(Repainted(test)), seed: 5))
    #expect(try evaluation.nearestNeighbours(counts: [5]).report.accuracy.top1 < 0.75)
  }

  @Test func `a picture that cannot be read is left out and named`() throws {
    let training = PaintedPictures(count: 60, corrupt: [7, 30])
    let report = try evaluation(training).nearestNeighbours(counts: [5]).report
    #expect(report.corrupt.map(\.name) == ["painted7.png", "painted30.png"])
    #expect(report.accuracy.count == 30)
    for isAugmented in [false, true] {
      var plan = LinearSGD()
      (plan.rates, plan.epochs, plan.isAugmented) = ([0.1, 0.2], 3, isAugmented)
      let names = try evaluation(training).linear(plan).report.corrupt.map(\.name)
      #expect(Set(names) == ["painted7.png", "painted30.png"])
      #expect(names.count == 2)
    }
    #expect(throws: Failure.self) {
      try evaluation(PaintedPictures(count: 9, corrupt: Set(0..<9))).nearestNeighbours()
    }
  }

  @Test func `fine-tuning learns, uses no more labels than it may, and repeats itself`() throws {
    var plan = FineTuning.semiSupervised(labels: 0.5)
    plan.rates = [0.5, 2]
    plan.epochs = [12]
    let outcome = try evaluation().fineTuning(plan) { BLASBackend<Float>(threads: 1) }
    let pictures = outcome.report.settings.first { $0.name == "labelled pictures" }
    #expect(pictures?.value == .number(30))
    #expect(outcome.report.sweep.count == 2)
    #expect(outcome.report.accuracy.top1 > 0.6)
    #expect(
      try outcome.checkpoint.tensor("online/encoder/stem/conv/weight").floats()
        != checkpoint.tensor("online/encoder/stem/conv/weight").floats())
    #expect(
      try outcome.checkpoint.tensor("online/projector/linear0/weight").floats()
        == checkpoint.tensor("online/projector/linear0/weight").floats())
    let again = try evaluation().fineTuning(plan) { BLASBackend<Float>(threads: 1) }
    #expect(again.head == outcome.head)
  }

  @Test func `transfer's settings are the paper's`() {
    let plan = FineTuning.transfer
    #expect(plan.steps == 20_000 && plan.batch == 256 && plan.labels == 1)
    #expect(plan.rates.count == 7 && plan.rates[0] == 1e-4)
    #expect(plan.decays.count == 8 && plan.decays[0] == 0 && plan.decays[1] == 1e-6)
    #expect((plan.rates[6] - 0.1).magnitude < 1e-15 && (plan.decays[7] - 1e-3).magnitude < 1e-15)
  }

  @Test func `settings that are none are refused`() throws {
    let evaluation = try evaluation()
    var plan = FineTuning.semiSupervised(labels: 0)
    #expect(throws: Failure.self) {
      try evaluation.fineTuning(plan) { BLASBackend<Float>(threads: 1) }
    }
    plan = .semiSupervised(labels: 0.1)
    plan.rates = [.nan]
    #expect(throws: Failure.self) {
      try evaluation.fineTuning(plan) { BLASBackend<Float>(threads: 1) }
    }
    #expect(throws: Failure.self) { try evaluation.nearestNeighbours(counts: [0]) }
    #expect(throws: Failure.self) { try evaluation.nearestNeighbours(counts: []) }
    var regression = LogisticRegression()
    regression.penalties = [-1]
    #expect(throws: Failure.self) { try evaluation.linear(regression) }
  }

  @Test func `a branch without an encoder is refused`() throws {
    let entries = checkpoint.entries.filter { !$0.path.hasPrefix("target/") }
    let online = Checkpoint(entries: entries, contract: checkpoint.contract)
    #expect(throws: Failure.self) {
      try FrozenEncoder(online, branch: .target, engine: Engines.fast(threads: 1))
    }
  }
}

/// The pictures of another data set, all in the colour of its first class.
private struct Repainted: Dataset {
  let base: PaintedPictures
  init(_ base: PaintedPictures) { self.base = base }
  var count: Int { base.count }
  var classes: [String] { base.classes }
  func label(_ index: Int) -> Int? { base.label(index) }
  func name(_ index: Int) -> String { base.name(index) }
  func picture(_ index: Int) throws -> Picture { try base.picture(index * base.classes.count) }
}
