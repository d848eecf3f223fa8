import Checkpoints
import Tensors
import Terminals
import Training

/// What an evaluation found, as people read it.
enum EvaluationText {
  static func print(_ report: EvaluationReport, json: Bool) throws {
    if json { return try printJSON(report) }
    printLine(
      "\(report.method): \(report.branch.rawValue) encoder, \(report.engine)")
    var settings = Table()
    settings.row("classes", "\(report.classes)")
    settings.row(
      "pictures",
      "\(Numbers.grouped(report.trainingPictures)) to learn from"
        + (report.validationPictures.map { ", \(Numbers.grouped($0)) to choose by" } ?? "")
        + ", \(Numbers.grouped(report.accuracy.count)) to judge"
        + (report.testIsHeldOut ? " (held out)" : ""))
    for setting in report.settings { settings.row(setting.name, text(setting.value)) }
    Swift.print(settings.text)
    if !report.sweep.isEmpty {
      printParagraph("on the validation pictures")
      Swift.print(table(around(best: report.sweep)))
      let left = report.sweep.count - shown
      if left > 0 { printLine("  (\(left) more in --json)") }
    }
    if !report.others.isEmpty {
      printParagraph("other settings, on the test pictures")
      Swift.print(table(report.others))
    }
    for picture in report.corrupt.prefix(10) {
      printLine("  left out: \(picture.name): \(picture.reason)")
    }
    if report.corrupt.count > 10 {
      printLine("  and \(report.corrupt.count - 10) more pictures that cannot be read")
    }
    for note in report.notes { printLine("  note: \(note)") }
    if let written = report.written { printLine("  written: \(written)") }
    printParagraph("accuracy: \(text(report.accuracy))")
  }

  /// Trials that are shown of a sweep.
  private static let shown = 9

  /// The trials about the best one, in their order.
  private static func around(
    best sweep: [EvaluationReport.Trial]
  ) -> [EvaluationReport.Trial] {
    let best = sweep.indices.max { sweep[$0].accuracy.top1 < sweep[$1].accuracy.top1 } ?? 0
    let first = max(0, min(best - shown / 2, sweep.count - shown))
    return Array(sweep[first...].prefix(shown))
  }

  private static func table(_ trials: [EvaluationReport.Trial]) -> String {
    var table = Table()
    for trial in trials {
      table.row(
        trial.settings.map { "\($0.name) \(text($0.value))" }
          + [text(trial.accuracy), trial.converged == false ? "not converged" : ""])
    }
    return table.text
  }

  private static func text(_ accuracy: Accuracy) -> String {
    "top-1 \(Numbers.fixed(100 * accuracy.top1, 2)) %"
      + (accuracy.top5.map { ", top-5 \(Numbers.fixed(100 * $0, 2)) %" } ?? "")
  }

  /// Small and large numbers in two digits, others as they are.
  private static func text(_ value: JSONValue) -> String {
    guard case .number(let number) = value, Int(exactly: number) == nil else { return value.text }
    return Numbers.error(number)
  }
}
