import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct ObserversTests {
  private final class Counting: Observer {
    var steps: [Int] = []
    var finished = 0
    let failsAt: Int?

    init(failsAt: Int? = nil) { self.failsAt = failsAt }

    func observe(_ sample: Sample) throws {
      if sample.step == failsAt { throw Failure(.inputOutput, file: "x.jsonl", "no space left") }
      steps.append(sample.step)
    }

    func finish() { finished += 1 }
  }

  @Test func oneThatFailsIsNamedOnceAndTheOthersGoOn() {
    let (failing, other) = (Counting(failsAt: 2), Counting())
    var warnings: [String] = []
    let observers = Observers([failing, other]) { warnings.append($0) }
    for step in 0..<5 { observers.observe(Watched.sample(step)) }
    observers.finish()
    observers.finish()
    #expect(failing.steps == [0, 1])
    #expect(failing.finished == 0)
    #expect(other.steps == [0, 1, 2, 3, 4])
    #expect(other.finished == 1)
    #expect(warnings == ["x.jsonl: no space left; the run goes on without it"])
  }

  @Test func aFullDiskStopsMetricsAndNotTheRun() throws {
    // /dev/full takes no byte.
    let full = try AppendedFile("/dev/full")
    let failure = #expect(throws: Failure.self) { try full.append([1]) }
    #expect(failure?.kind == .inputOutput)
    #expect(failure?.description.hasPrefix("/dev/full: cannot write: ") == true)
  }

  @Test func aReportHasTheRunInAFewNumbers() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("metrics.jsonl")
    let file = try MetricsFile(path, Watched.run)
    for (step, loss) in [3, 5, 1, .nan, 2].enumerated() {
      file.observeWell(Watched.sample(step, loss: loss))
    }
    let report = try RunReport(path)
    #expect(report.summary.steps == 5)
    #expect(report.summary.lastStep == 4)
    #expect(report.summary.title == Watched.run.title)
    let loss = try #require(report.summary.measures.first)
    #expect(loss.name == "loss")
    #expect([loss.first, loss.least, loss.largest, loss.last] == [3, 1, 5, 2])
    #expect(report.summary.measures.map(\.name).contains("effective_rank") == false)
    try report.writeEvents(folder: folder.path("events"))
    let events = folder.path("events") + "/events.out.tfevents.0000000000.report"
    let once = try Data(contentsOf: URL(filePath: events))
    try report.writeEvents(folder: folder.path("events"))
    #expect(try Data(contentsOf: URL(filePath: events)) == once)
  }
}
