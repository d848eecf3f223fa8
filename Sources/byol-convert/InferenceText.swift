import Checkpoints
import Conversions
import Tensors
import Terminals

/// What an inference found, as people read it.
struct InferenceText {
  let report: InferenceReport

  init(_ report: InferenceReport) { self.report = report }

  func print() {
    printLine("\(report.source): \(report.summary)")
    var parts = Table(rightAligned: [1])
    for part in report.parts {
      parts.row(
        part.role.rawValue, Numbers.counted(part.tensors, "tensor"),
        part.sure == part.tensors ? "sure" : part.sure == 0 ? "unsure" : "\(part.sure) sure",
        part.example.joined(separator: " -> "))
    }
    Swift.print(parts.text)
    for question in report.questions {
      let answer = question.answers[question.chosen]
      printLine("  \(question.isSure ? "sure" : "unsure"): \(question.subject): \(answer)")
      printLine("    \(question.evidence)")
      guard !question.isSure else { continue }
      let others = question.answers.indices.filter { $0 != question.chosen }
        .map { question.answers[$0] }
      if !others.isEmpty { printLine("    or: \(others.joined(separator: "; or: "))") }
      if let settledBy = question.settledBy { printLine("    settled by: \(settledBy)") }
    }
    if !report.unknown.isEmpty {
      let names = report.unknown.prefix(3).joined(separator: ", ")
      let more = report.unknown.count > 3 ? ", ..." : ""
      printLine(
        "  \(Numbers.counted(report.unknown.count, "name")) of no known use, kept as extras: "
          + names + more)
    }
    if let proof = report.proof { printLine("  proved: \(proof)") }
  }
}
