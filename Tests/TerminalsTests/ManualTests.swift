import ArgumentParser
import Testing

@testable import Terminals

@Suite struct ManualTests {
  struct Tool: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "byol-nothing", abstract: "Does nothing, in two ways: a 'b' -c.",
      discussion: """
        The first paragraph, over
        two lines.

        .TH is no macro here.

        Exit codes: 0 ok, also (1, 2) after a signal, 1 differs, 4 input/output.
        """, version: "1")

    @Argument(help: "What is read.") var files: [String]
    @Argument var last: String?
    @Option(name: [.short, .long], help: "How often - or never.") var count = 3
    @Flag(inversion: .prefixedNo, help: "Wait.") var sync = true
    @OptionGroup(title: "Reading") var source: SourceOptions
    @Flag(help: .hidden) var secret = false
  }

  struct Parent: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "byol-parent", subcommands: [Tool.self])
  }

  @Test func `a page says what --help says, and roff takes none of it as its own`() throws {
    let page = try Manual(Tool.self, examples: [.init("byol-nothing -c 'x'", "Does it.")]).text
    let lines = page.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix(".TH \"BYOL\\-NOTHING\" \"1\"") == true)
    let sections = lines.filter { $0.hasPrefix(".SH") }.map { $0.dropFirst(5).dropLast() }
    #expect(
      sections == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "ARGUMENTS", "READING", "OTHER OPTIONS", "EXIT STATUS",
        "ENVIRONMENT", "EXAMPLES", "SEE ALSO",
      ])
    #expect(lines.contains("\\fB\\-c\\fR, \\fB\\-\\-count\\fR \\fICOUNT\\fR"))
    #expect(lines.contains("How often \\- or never. Default: 3."))
    #expect(lines.contains("\\fB\\-\\-sync\\fR, \\fB\\-\\-no\\-sync\\fR"))
    #expect(lines.contains("\\fB\\-\\-from\\-format\\fR \\fIFORMAT\\fR"))
    #expect(lines.contains("\\&.TH is no macro here."))
    #expect(lines.contains("The first paragraph, over two lines."))
    #expect(lines.contains("byol\\-nothing \\-c \\(aqx\\(aq"))
    #expect(!page.contains("secret") && !page.contains("Exit codes"))
    #expect(
      lines.contains("\\fBbyol\\-nothing\\fR [\\fIOPTIONS\\fR] \\fIFILES\\fR ... [\\fILAST\\fR]"))
  }

  @Test func `exit codes are told from the commas around them`() throws {
    let codes = try #require(Manual.exitCodes(Tool.configuration.discussion))
    #expect(codes.map(\.code) == ["0", "1", "4"])
    #expect(codes.map(\.meaning) == ["ok, also (1, 2) after a signal", "differs", "input/output"])
    #expect(Manual.exitCodes("No codes.") == nil)
  }

  @Test func `subcommands are sections of the same page`() throws {
    let page = try Manual(Parent.self, examples: []).text
    #expect(page.contains(".SH \"BYOL\\-PARENT BYOL\\-NOTHING\""))
    #expect(page.contains(".SS \"Reading\""))
    #expect(page.contains("\\fBbyol\\-parent byol\\-nothing\\fR [\\fIOPTIONS\\fR]"))
    #expect(!page.contains("EXAMPLES") && !page.contains("BYOL\\-PARENT HELP"))
  }
}
