import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct MetricsTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("metrics.jsonl")
  }

  private var text: String {
    get throws { String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) }
  }

  private func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

  @Test func aStepIsALineThatIsThereAtOnce() throws {
    defer { folder.remove() }
    let file = try MetricsFile(path, RunDescription(title: "tiny"))
    file.observeWell(Watched.sample(7))
    #expect(
      try text == """
        {"run":{"settings":[],"title":"tiny"}}
        {"step":7,"epoch":0.875,"loss":0.5,"tau":0.996,"learning_rate":0.25,"feature_deviation":0.125}

        """)
  }

  @Test func everyMeasureComesBack() throws {
    defer { folder.remove() }
    var sample = Sample(step: 3, epoch: 0.1, loss: 1.0 / 3)
    for (index, measure) in Measure.all.enumerated() {
      measure.set(1e-7 * Double(index + 1), in: &sample)
    }
    let file = try MetricsFile(path, Watched.run)
    file.observeWell(sample)
    let log = try MetricsLog(path)
    #expect(log.samples == [sample])
    #expect(log.run == Watched.run)
    #expect(Measure.all.allSatisfy { $0[sample] != nil })
  }

  @Test func whatIsNotFiniteIsNull() throws {
    defer { folder.remove() }
    let file = try MetricsFile(path, Watched.run)
    var sample = Sample(step: 0, epoch: 0, loss: .nan)
    sample.gradientNorm = .infinity
    file.observeWell(sample)
    #expect(
      try text.hasSuffix("\n{\"step\":0,\"epoch\":0.0,\"loss\":null,\"gradient_norm\":null}\n"))
    let back = try #require(try MetricsLog(path).samples.first)
    #expect(back.loss.isNaN)
    #expect(back.gradientNorm == nil)
  }

  @Test func aResumedRunAppendsAndTakesThePlaceOfWhatItRepeats() throws {
    defer { folder.remove() }
    do {
      let file = try MetricsFile(path, Watched.run)
      for step in 0..<6 { file.observeWell(Watched.sample(step, loss: 1)) }
    }
    let before = try text
    // Killed in the middle of a line.
    try write(before + "{\"step\":6,\"epo")
    var resumed = Watched.run
    resumed.title = "resumed"
    let file = try MetricsFile(path, resumed)
    #expect(file.earlier.samples.map(\.step) == [0, 1, 2, 3, 4, 5])
    for step in 4..<6 { file.observeWell(Watched.sample(step, loss: 2)) }
    #expect(try text.hasPrefix(before + "{\"run\":"))
    let log = try MetricsLog(path)
    #expect(log.samples.map(\.step) == [0, 1, 2, 3, 4, 5])
    #expect(log.samples.map(\.loss) == [1, 1, 1, 1, 2, 2])
    #expect(log.run?.title == "resumed")
  }

  @Test func aStepVoidsLaterOnes() {
    var log = MetricsLog()
    for step in [0, 10, 20, 30, 15] { log.add(Watched.sample(step)) }
    #expect(log.samples.map(\.step) == [0, 10, 15])
  }

  @Test func namesThatAreUnknownArePassedOver() throws {
    defer { folder.remove() }
    try write("{\"step\":1,\"loss\":2,\"colour\":\"red\",\"more\":{\"loss\":3}}\n")
    #expect(try MetricsLog(path).samples.map(\.loss) == [2])
  }

  @Test(arguments: [
    ("{\"step\":1,\"loss\":2}\nnonsense\n", "line 2: expected a line of metrics in JSON"),
    ("{\"loss\":2}\n", "line 1: expected a line with \"step\""),
    ("{\"step\":-1,\"loss\":2}\n", "line 1: expected a line with \"step\""),
    ("{\"step\":1.5,\"loss\":2}\n", "line 1: expected a line of metrics in JSON"),
    ("{\"step\":1,\"loss\":\"low\"}\n", "line 1: expected a line of metrics in JSON"),
    ("[1]\n", "line 1: expected a line of metrics in JSON"),
    ("\u{89}HDF", "expected lines of metrics, found no whole line"),
    (String(repeating: " ", count: 2 << 20) + "\n", "line 1: expected at most 1048576 bytes"),
  ])
  func anotherFileIsRefusedAndStays(content: String, words: String) throws {
    defer { folder.remove() }
    try write(content)
    let failure = #expect(throws: Failure.self) { try MetricsFile(path, Watched.run) }
    #expect(failure?.kind == .badInput)
    #expect(failure?.description.contains("metrics.jsonl: " + words) == true)
    #expect(try text == content)
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    let failure = #expect(throws: Failure.self) {
      try MetricsFile("/nonexistent/metrics.jsonl", Watched.run)
    }
    #expect(failure?.kind == .inputOutput)
    #expect(failure?.file == "/nonexistent/metrics.jsonl")
  }
}

extension Observer {
  /// Shows a step; a failure is the test's.
  func observeWell(_ sample: Sample) {
    #expect(throws: Never.self) { try observe(sample) }
  }
}
