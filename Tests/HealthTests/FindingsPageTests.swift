import Foundation
import TestSupport
import Testing

@testable import Health

/// `docs/findings.md` has every finding, and no other, with the limits that the rules have.
@Suite struct FindingsPageTests {
  private let page: String
  /// The text below each heading of the third level, by heading.
  private let entries: [(code: String, text: String)]

  init() throws {
    page = try String(contentsOfFile: Shared.inPackage("docs/findings.md"), encoding: .utf8)
    entries = page.components(separatedBy: "\n### ").dropFirst().map { part in
      let lines = part.components(separatedBy: "\n")
      let text = lines.dropFirst().prefix { !$0.hasPrefix("## ") }.joined(separator: "\n")
      return (lines[0], text)
    }
  }

  private func text(_ code: Finding.Code) throws -> String {
    try #require(entries.first { $0.code == code.rawValue }).text
  }

  @Test func `every code has its heading, and every heading is a code`() {
    #expect(
      entries.map(\.code).sorted() == Finding.Code.allCases.map(\.rawValue).sorted())
  }

  @Test(arguments: Finding.Code.allCases)
  func `an entry says what it means, how bad it is, how it is computed and what to do`(
    _ code: Finding.Code
  ) throws {
    let lines = try text(code).components(separatedBy: "\n").filter { !$0.isEmpty }
    let items = ["Severity", "Computed", "What to do"].map { "* **\($0)**: " }
    #expect(lines.count == 1 + items.count)
    #expect(lines.first?.hasPrefix("* ") == false)
    for (line, item) in zip(lines.dropFirst(), items) {
      #expect(line.hasPrefix(item) && line.hasSuffix(".") && line.count > item.count + 4)
    }
    let severity = lines.dropFirst().first ?? ""
    let words = Finding.Severity.allCases.map(\.rawValue) + ["by number"]
    #expect(words.contains { severity.contains($0) }, "\(severity)")
  }

  @Test func `the page has the limits of the rules`() throws {
    let scale = try text(.zeroScale)
    #expect(scale.contains("is 1e-6 or less") && WeightFindings.leastScale == 1e-6)
    let offset = Int(WeightFindings.deepestOffset)
    #expect(try text(.deadReLU).contains("more than \(offset) standard deviations below zero"))
    let target = try text(.targetNotFollowing)
    #expect(target.contains("below \(WeightFindings.leastCosine): "))
    #expect(target.contains("more than \(Int(WeightFindings.mostLag)) times"))
    #expect(WeightFindings.leastSteps == 2000 && target.contains("after 2,000 steps, eight"))
    #expect(page.contains("up to one in twenty of the role's channels is a note"))
    #expect(WeightFindings.severity(5, of: 100) == .note)
    #expect(WeightFindings.severity(6, of: 100) == .warning)
  }
}
