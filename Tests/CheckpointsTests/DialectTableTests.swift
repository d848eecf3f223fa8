import Checkpoints
import Foundation
import TestSupport
import Testing

/// The table of dialects in the README is that of the dialect files.
struct DialectTableTests {
  @Test func `the README has the row of every dialect`() throws {
    let path = Shared.inPackage("README.md")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let (start, end) = ("<!-- dialects -->\n", "<!-- /dialects -->")
    let from = try #require(text.range(of: start)?.upperBound)
    let to = try #require(text.range(of: end)?.lowerBound)
    let table = try Dialects.markdownTable
    if ProcessInfo.processInfo.environment["BYOL_UPDATE_DOCUMENTS"] != nil {
      try (text[..<from] + table + text[to...]).write(
        toFile: path, atomically: true, encoding: .utf8)
      return
    }
    #expect(text[from..<to] == table)
  }

  @Test func `every dialect says how it was checked`() throws {
    for row in try Dialects.table {
      #expect(
        row.checked == "genuine fixture" || row.checked == "facts only"
          || row.checked.wholeMatch(of: /the project's class in interop \(.+\)/) != nil,
        "\(row.name): \(row.checked)")
      #expect(!row.carries.isEmpty)
    }
  }
}
