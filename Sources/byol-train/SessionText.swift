import Checkpoints
import Tensors
import Terminals
import Training

/// A run's report as people read it.
struct SessionText {
  let report: SessionReport

  init(_ report: SessionReport) { self.report = report }

  /// What was found, before the first update.
  func printPlan() {
    printLine(report.checkpoint.map { "\($0): \(report.architecture)" } ?? report.architecture)
    var table = Table()
    for finding in report.findings {
      table.row(finding.field, finding.value, finding.origin.rawValue)
    }
    print(table.text)
    let consequences = report.findings.compactMap { finding in
      finding.consequence.map { (finding.field, $0) }
    }
    if !consequences.isEmpty { printParagraph("what that changes") }
    for (field, consequence) in consequences { printLine("  \(field): \(consequence)") }
    for note in report.notes { printParagraph("note: \(note)") }
    printParagraph(
      "\(Numbers.counted(report.planned, "update")) from step \(report.firstStep) on, with "
        + "\(report.engine); checkpoints go to \(report.output)")
  }

  /// What was done.
  func printEnd() {
    for picture in report.corrupt.prefix(5) {
      printLine("left out: \(picture.name): \(picture.reason)")
    }
    if !report.corrupt.isEmpty {
      printLine("\(Numbers.counted(report.corrupt.count, "picture")) could not be read")
    }
    let loss = [report.firstLoss, report.lastLoss].compactMap { $0.map { Numbers.fixed($0, 4) } }
    let speed = report.imagesPerSecond.map { ", \(Numbers.fixed($0, 1)) pictures/s" } ?? ""
    printLine(
      "\(report.output): \(Numbers.counted(report.done, "update")) done"
        + (loss.count == 2 ? ", loss \(loss[0]) to \(loss[1])" : "") + speed)
    if report.ending != "done" {
      printLine(
        "stopped by \(report.ending); byol-train resume \(report.output) with the same pictures "
          + "goes on")
    }
  }
}
