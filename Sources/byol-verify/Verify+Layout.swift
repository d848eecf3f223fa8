import Checkpoints
import Tensors
import Terminals

extension Verify {
  /// Checks every rule of the native layout.
  func checkLayout() throws -> Bool {
    let progress = Progress(
      "checking \(files[0])", total: (try? MappedFile(files[0]).count) ?? 0, quiet: json)
    defer { progress.finish() }
    let check = try LayoutCheck(files[0]) { progress.reached($0) }
    progress.finish()
    if json { try printJSON(check) } else { VerificationText.print(check) }
    return check.valid
  }
}

extension VerificationText {
  /// First which rules are broken and how often, then every place.
  static func print(_ check: LayoutCheck) {
    printLine("\(check.path): \(Numbers.bytes(check.size))")
    guard !check.findings.isEmpty else {
      printLine(
        check.valid
          ? "  all \(check.ruleCount) rules of the native layout are kept"
          : "  no rule that could be checked is broken")
      return printUnchecked(check)
    }
    let count = check.findings.count + check.omitted
    printLine(
      "  \(Numbers.counted(count, "finding")), \(Numbers.counted(check.rules.count, "rule")) of "
        + "\(check.ruleCount) broken")
    printUnchecked(check)
    printParagraph("rules")
    var rules = Table(rightAligned: [1])
    var listed: Set<String> = []
    for finding in check.findings where listed.insert(finding.rule).inserted {
      let places = check.findings.count { $0.rule == finding.rule }
      rules.row(finding.rule, Numbers.grouped(places), check.rules[finding.rule] ?? "")
    }
    Swift.print(rules.text)
    printParagraph("findings")
    var table = Table(rightAligned: [2])
    table.row("rule", "place", "byte", "expected", "found")
    for finding in check.findings {
      table.row(
        finding.rule, finding.place, finding.offset.map { String($0) } ?? "", finding.expected,
        finding.found)
    }
    Swift.print(table.text)
    if check.omitted > 0 { printLine("  and \(Numbers.grouped(check.omitted)) more") }
  }

  private static func printUnchecked(_ check: LayoutCheck) {
    for part in check.unchecked {
      printLine("  not checked: \(part.rules.joined(separator: ", ")): \(part.reason)")
    }
  }
}
