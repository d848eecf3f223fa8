public import ArgumentParser
import Checkpoints

/// A tool's page for `man`, made from what the tool says of itself with `--help`, in the macros of
/// man(7).
///
/// Subcommands are sections of the same page. The paragraph of a discussion that begins with
/// `Exit codes:` becomes the section EXIT STATUS. The page has no date: the same program gives the
/// same page.
public struct Manual {
  /// A command that people may want to type, and what it does.
  public struct Example: Sendable {
    let command: String
    let purpose: String

    /// An example.
    ///
    /// - Parameters:
    ///   - command: `byol-convert net.ckpt net.h5`.
    ///   - purpose: a sentence.
    public init(_ command: String, _ purpose: String) {
      self.command = command
      self.purpose = purpose
    }
  }

  /// The tools that have a page: those that people call.
  ///
  /// byol-report and byol-hdf5-reader are started by
  /// these, with nothing that a person would type.
  static let tools = ["byol-convert", "byol-embed", "byol-inspect", "byol-train", "byol-verify"]

  /// The page.
  public private(set) var text = ""

  /// The page of a tool.
  ///
  /// - Throws: where ArgumentParser tells of the tool in a form that is not known.
  public init<Tool: ParsableCommand>(_ tool: Tool.Type, examples: [Example]) throws {
    let command = try ToolDescription(Tool.self).command
    let name = command.commandName
    macro("TH", name.uppercased(), "1", "", NativeNames.createdBy, "BYOL checkpoints")
    macro("SH", "NAME")
    line(Self.escaped(name) + " \\- " + Self.escaped(command.abstract ?? ""))
    macro("SH", "SYNOPSIS")
    if let usage = Tool.configuration.usage, !usage.isEmpty {
      lines(usage.split(separator: "\n").map { Self.escaped(String($0)) })
    } else {
      lines(Self.synopses(command, [name]))
    }
    macro("SH", "DESCRIPTION")
    paragraphs(command.discussion)
    describe(command, options: "SH")
    for subcommand in command.ownSubcommands { describeWhole(subcommand, [name]) }
    exitStatus(command.discussion)
    environment()
    self.examples(examples)
    macro("SH", "SEE ALSO")
    let others = Self.tools.filter { $0 != name }
    for other in others {
      macro("BR", other, other == others.last ? "(1)" : "(1),")
    }
  }

  // MARK: Sections

  /// How a command and those under it are typed.
  private static func synopses(
    _ command: ToolDescription.Command, _ words: [String]
  ) -> [String] {
    guard command.ownSubcommands.isEmpty else {
      return command.ownSubcommands.flatMap { synopses($0, words + [$0.commandName]) }
    }
    var synopsis = "\\fB\(escaped(words.joined(separator: " ")))\\fR [\\fIOPTIONS\\fR]"
    for argument in command.positionals {
      let value = Self.value(argument) + (argument.isRepeating ? " ..." : "")
      synopsis += " " + (argument.isOptional ? "[\(value)]" : value)
    }
    return [synopsis]
  }

  /// A subcommand, and those under it, each as a section.
  private mutating func describeWhole(
    _ command: ToolDescription.Command, _ words: [String]
  ) {
    let words = words + [command.commandName]
    macro("SH", words.joined(separator: " ").uppercased())
    line(Self.escaped(command.abstract ?? ""))
    if let discussion = command.discussion {
      macro("PP")
      paragraphs(discussion)
    }
    if command.ownSubcommands.isEmpty { describe(command, options: "SS") }
    for subcommand in command.ownSubcommands { describeWhole(subcommand, words) }
  }

  /// Arguments, and options by their sections, under headings of that macro.
  private mutating func describe(_ command: ToolDescription.Command, options heading: String) {
    if !command.positionals.isEmpty {
      macro(heading, heading == "SH" ? "ARGUMENTS" : "Arguments")
      for argument in command.positionals { entry(Self.value(argument), argument) }
    }
    for (title, options) in command.sections {
      let title = title.isEmpty ? (command.sections.count > 1 ? "Other options" : "Options") : title
      macro(heading, heading == "SH" ? title.uppercased() : title)
      for (index, option) in options.enumerated() {
        if index > 0, option.isOpposite(of: options[index - 1]) { continue }
        let opposite = index + 1 < options.count ? options[index + 1] : nil
        let both = opposite.flatMap { $0.isOpposite(of: option) ? $0.names : nil } ?? []
        let names = ((option.names ?? []) + both).map { "\\fB\(Self.escaped($0.typed))\\fR" }
        let value = option.kind == "option" ? " " + Self.value(option) : ""
        entry(names.joined(separator: ", ") + value, option)
      }
    }
  }

  private mutating func entry(_ tag: String, _ argument: ToolDescription.Argument) {
    macro("TP")
    line(tag)
    var sentences = [argument.abstract, argument.discussion].compactMap { $0 }
    if argument.kind == "option", let values = argument.allValueStrings, !values.isEmpty {
      sentences.append("One of \(values.joined(separator: ", ")).")
    }
    if argument.kind == "option", argument.isRepeating { sentences.append("Repeatable.") }
    if let value = argument.defaultValue, !value.isEmpty { sentences.append("Default: \(value).") }
    line(Self.escaped(sentences.joined(separator: " ")))
  }

  private mutating func exitStatus(_ discussion: String?) {
    guard let codes = Self.exitCodes(discussion) else { return }
    macro("SH", "EXIT STATUS")
    for (code, meaning) in codes {
      macro("TP")
      line("\\fB\(code)\\fR")
      line(Self.escaped(meaning))
    }
  }

  private mutating func environment() {
    macro("SH", "ENVIRONMENT")
    for (name, meaning) in [
      ("NO_COLOR", "Where it is set and not empty, nothing is coloured."),
      (
        "CLICOLOR_FORCE",
        "Where it is set and not 0, words are coloured in a pipe too. Otherwise they are on a terminal "
          + "alone, and not where CLICOLOR is 0."
      ),
      (
        "BYOL_HDF5_READER",
        "The program that reads other programs' HDF5, where it is not the installed one."
      ),
    ] {
      macro("TP")
      line("\\fB\(name)\\fR")
      line(Self.escaped(meaning))
    }
  }

  private mutating func examples(_ examples: [Example]) {
    guard !examples.isEmpty else { return }
    macro("SH", "EXAMPLES")
    for (index, example) in examples.enumerated() {
      if index > 0 { macro("PP") }
      line(Self.escaped(example.purpose))
      macro("PP")
      macro("RS", "4")
      macro("EX")
      line(Self.escaped(example.command))
      macro("EE")
      macro("RE")
    }
  }

  // MARK: roff

  private mutating func macro(_ name: String, _ arguments: String...) {
    text += "." + name
    for argument in arguments { text += " \"\(Self.escaped(argument))\"" }
    text += "\n"
  }

  /// Text, in which a line must not begin as a request does.
  private mutating func line(_ words: String) {
    text += (words.hasPrefix(".") || words.hasPrefix("'") ? "\\&" : "") + words + "\n"
  }

  /// Lines that stay lines.
  private mutating func lines(_ lines: [String]) {
    for (index, words) in lines.enumerated() {
      if index > 0 { macro("br") }
      line(words)
    }
  }

  private mutating func paragraphs(_ discussion: String?) {
    let paragraphs = Self.paragraphs(discussion).filter { !$0.hasPrefix(Self.exitPrefix) }
    for (index, paragraph) in paragraphs.enumerated() {
      if index > 0 { macro("PP") }
      line(Self.escaped(paragraph))
    }
  }

  private static let exitPrefix = "Exit codes: "

  private static func paragraphs(_ discussion: String?) -> [String] {
    var paragraphs: [[Substring]] = [[]]
    for line in (discussion ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy(\.isWhitespace) {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1].append(line)
      }
    }
    return paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
  }

  /// The codes of `Exit codes: 0 ok, 1 differs (a, b), 2 bad input.` and their meanings.
  static func exitCodes(_ discussion: String?) -> [(code: Character, meaning: String)]? {
    guard let paragraph = paragraphs(discussion).first(where: { $0.hasPrefix(exitPrefix) }) else {
      return nil
    }
    var codes: [(code: Character, meaning: String)] = []
    for part in paragraph.dropFirst(exitPrefix.count).split(separator: ", ") {
      if let code = part.first, code.isNumber, part.dropFirst().first == " " {
        codes.append((code, String(part.dropFirst(2))))
      } else if !codes.isEmpty {
        codes[codes.count - 1].meaning += ", " + part
      }
    }
    if let last = codes.last, last.meaning.hasSuffix(".") {
      codes[codes.count - 1].meaning.removeLast()
    }
    return codes
  }

  /// A value's name, as what the user puts in its place.
  private static func value(_ argument: ToolDescription.Argument) -> String {
    "\\fI\(escaped((argument.valueName ?? "value").uppercased()))\\fR"
  }

  /// Text in which nothing means anything to roff; hyphens are those that are typed.
  static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
      .replacing("'", with: "\\(aq").replacing("`", with: "\\(ga").replacing("^", with: "\\(ha")
      .replacing("~", with: "\\(ti").replacing("\n", with: " ")
  }
}
