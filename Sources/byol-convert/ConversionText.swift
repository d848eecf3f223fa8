import Checkpoints
import Conversions
import Tensors
import Terminals

/// A conversion's report as people read it.
struct ConversionText {
  let report: ConversionReport

  init(_ report: ConversionReport) { self.report = report }

  func print() {
    let source = report.source
    let output = report.output
    printLine(
      "\(source.path) (\(source.format), \(source.dialect)) -> "
        + "\(output.path) (\(output.format), \(output.dialect))")
    printLine("  " + report.architecture)
    let counts = report.counts
    printLine(
      "  \(counts.source) names = \(counts.used) used + \(counts.aliases) aliases + "
        + "\(counts.extras) extras + \(counts.dropped) dropped")
    let roles = report.roles.filter(\.role.isWeights).map { role in
      "\(role.role.rawValue) \(Numbers.grouped(role.parameters))"
    }
    printLine("  parameters: " + roles.joined(separator: ", "))
    for (role, made) in report.made.sorted(by: { $0.key < $1.key }) {
      printLine("  made: \(role) is \(made.summary)")
    }
    if let cast = report.cast { printLine("  cast: \(cast.summary); \(cast.cost)") }
    if let mapping = report.mapping { printMapping(mapping) }
    for check in report.checks { printLine("  \(check.name): \(check.detail)") }
    if let fingerprint = report.fingerprints["all"] {
      printLine("  fingerprint \(fingerprint)")
    }
    for note in report.notes { Swift.print("  " + Style.output.note(note)) }
    if report.dryRun {
      printLine("dry run: nothing was written")
    } else if let size = output.size {
      printLine("wrote \(output.path), \(Numbers.bytes(size))")
    }
  }

  private func printMapping(_ mapping: [ConversionReport.Mapping]) {
    var table = Table(indent: "    ")
    for line in mapping { table.row(line.source, "->", line.native, line.axes ?? "") }
    Swift.print(table.text)
  }
}
