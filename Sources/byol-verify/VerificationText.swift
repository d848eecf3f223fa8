import Checkpoints
import Conversions
import Tensors
import Terminals

/// Verdicts as people read them.
enum VerificationText {
  static func print(_ verification: FileVerification) {
    printLine(verification.path)
    var table = Table(paint: [1: Style.output.verdict])
    for verdict in verification.verdicts {
      table.row(verdict.name, verdict.status.rawValue, verdict.detail)
    }
    Swift.print(table.text)
    for line in verification.findings { printLine("  " + line) }
    for note in verification.notes { Swift.print("  " + Style.output.note(note)) }
  }

  static func print(_ comparison: CheckpointComparison) {
    printLine("A \(comparison.first)")
    printLine("B \(comparison.second)")
    var table = Table(paint: [1: Style.output.verdict])
    for role in comparison.roles { table.row(role.role.rawValue, role.verdict, role.detail) }
    for output in comparison.outputs {
      table.row(
        output.output, output.agrees ? "agrees" : "differs",
        (output.error.map { "error \(Numbers.error($0))" } ?? "values that are no numbers")
          + " (\(comparison.engine))")
    }
    Swift.print(table.text)
    for field in comparison.contract {
      printLine("  contract \(field[0]): \(field[1]) in A, \(field[2]) in B")
    }
    let verdict = Style.output.verdict
    Swift.print("same weights: \(verdict(comparison.sameWeights ? "yes" : "no"))")
    let function =
      comparison.sameFunction.map { $0 ? "yes" : "no" } ?? "not checked: it cannot be run"
    Swift.print("same function: \(verdict(function))")
  }
}
