import Testing

@testable import Terminals

@Suite struct TerminalTests {
  /// Whether words are coloured where the environment has those variables.
  private func isColoured(_ variables: [String: String], onTerminal: Bool) -> Bool {
    Terminal.isColoured(canMove: onTerminal) { variables[$0] }
  }

  @Test func `a terminal has colours, and a pipe has none`() {
    #expect(isColoured([:], onTerminal: true))
    #expect(!isColoured([:], onTerminal: false))
  }

  @Test func `the environment forbids colours, or asks for them`() {
    for onTerminal in [true, false] {
      #expect(!isColoured(["NO_COLOR": "1"], onTerminal: onTerminal))
      #expect(!isColoured(["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], onTerminal: onTerminal))
      #expect(isColoured(["CLICOLOR_FORCE": "1"], onTerminal: onTerminal))
      // Empty, or 0, says nothing.
      #expect(isColoured(["NO_COLOR": ""], onTerminal: onTerminal) == onTerminal)
      #expect(isColoured(["CLICOLOR_FORCE": "0"], onTerminal: onTerminal) == onTerminal)
      #expect(isColoured(["CLICOLOR": "1"], onTerminal: onTerminal) == onTerminal)
      #expect(!isColoured(["CLICOLOR": "0"], onTerminal: onTerminal))
    }
  }

  @Test func `style is on or off`() {
    #expect(Style(isOn: false).verdict("no") == "no")
    #expect(Style(isOn: true).verdict("no") == "\u{1B}[31mno\u{1B}[0m")
    #expect(Style(isOn: true).verdict("yes") != Style(isOn: true).bad("yes"))
    #expect(Style(isOn: true).heading("").isEmpty)
  }

  @Test func `colours do not move a table's columns`() {
    func table(_ style: Style) -> String {
      var table = Table(rightAligned: [2], paint: [1: style.verdict])
      table.row("intact", "yes", "1", "")
      table.row("as it was", "not checked", "10", "why")
      table.row("", "", "")
      return table.text
    }
    let plain = table(Style(isOn: false))
    #expect(plain == "  intact     yes           1\n  as it was  not checked  10  why\n")
    let coloured = table(Style(isOn: true))
    #expect(coloured != plain)
    #expect(
      coloured.replacing("\u{1B}[32m", with: "").replacing("\u{1B}[33m", with: "")
        .replacing("\u{1B}[0m", with: "") == plain)
  }
}
