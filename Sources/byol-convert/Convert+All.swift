import Checkpoints
import Conversions
import Tensors
import Terminals

extension Convert {
  /// Converts every checkpoint that is named, a line each, and goes on after one that fails.
  ///
  /// - Throws: `Failure` of the largest code of those that failed, with the counts.
  func convertAll(into folder: String) throws {
    let batch = try Batch(files, into: folder, suffix: self.batch.suffix, options: options)
    try checkPlaces(batch.items)
    if !dryRun { try batch.makeFolder() }
    var report = BatchReport()
    for item in batch.items {
      guard !self.batch.skipExisting || !exists(item.output) else {
        report.skipped(item)
        tell(item, .skipped, "the output is there")
        continue
      }
      do {
        let done = try convert(item.input, to: item.output).report
        report.converted(item, done)
        tell(item, done)
      } catch let failure as Failure {
        report.failed(item, failure)
        complain(
          "\(Style.errors.bad("byol-convert:")) \(failure.of(file: item.input))")
      }
    }
    if json { try printJSON(report) }
    if let failure = report.failure { throw failure }
    if !quiet, !json { printLine(report.summary) }
  }

  private func tell(_ item: Batch.Item, _ done: ConversionReport) {
    let size = done.output.size.map { ", \(Numbers.bytes($0))" } ?? ""
    tell(
      item, .converted,
      "\(done.source.dialect) to \(done.output.dialect)\(size)" + (dryRun ? ", dry run" : ""))
    guard !quiet, !json else { return }
    if let cast = done.cast { printLine("  cast: \(cast.summary); \(cast.cost)") }
    for note in done.notes { print("  " + Style.output.note(note)) }
  }

  private func tell(_ item: Batch.Item, _ status: BatchReport.Status, _ detail: String) {
    guard !quiet, !json else { return }
    let files = "\(item.input) -> \(item.output): ".legible
    print(files + Style.output.verdict(status.rawValue) + ", " + detail.legible)
  }
}
