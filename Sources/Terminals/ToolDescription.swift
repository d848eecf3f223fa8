import ArgumentParser
import FoundationEssentials

/// A tool's commands and options, as ArgumentParser tells programs of them (`_dumpHelp`, the JSON
/// behind `--experimental-dump-help`): as much of it as a manual page needs.
struct ToolDescription: Decodable {
  /// A command, and those under it.
  struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var subcommands: [Command]?
    var arguments: [Argument]?

    /// The commands under it, but for `help`, which every tool has.
    var ownSubcommands: [Command] { (subcommands ?? []).filter { $0.commandName != "help" } }

    /// What is on the command line without a name.
    var positionals: [Argument] { shown.filter { $0.kind == "positional" } }

    /// Options and flags by the title of their section, those without one last.
    var sections: [(title: String, options: [Argument])] {
      var sections: [(title: String, options: [Argument])] = []
      for argument in shown where argument.kind != "positional" {
        let title = argument.sectionTitle ?? ""
        if let index = sections.firstIndex(where: { $0.title == title }) {
          sections[index].options.append(argument)
        } else {
          sections.append((title, [argument]))
        }
      }
      return sections.filter { !$0.title.isEmpty } + sections.filter(\.title.isEmpty)
    }

    private var shown: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }
  }

  /// An argument, option or flag.
  struct Argument: Decodable {
    /// A name that stands before a value.
    struct Name: Decodable {
      var kind: String
      var name: String

      /// As it is typed: `-k`, `--output`.
      var typed: String { (kind == "long" ? "--" : "-") + name }
    }

    /// `positional`, `option` or `flag`.
    var kind: String
    var shouldDisplay: Bool
    var sectionTitle: String?
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValueStrings: [String]?
    var abstract: String?
    var discussion: String?

    /// Whether it is the other half of the flag before it: `--no-sync`.
    func isOpposite(of flag: Argument) -> Bool {
      kind == "flag" && flag.kind == "flag" && names?.first?.name == "no-" + (flag.valueName ?? "")
    }
  }

  var command: Command

  /// The description of a tool.
  ///
  /// - Throws: where ArgumentParser tells it in another form than these types have.
  init<Tool: ParsableCommand>(_ tool: Tool.Type) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(Tool._dumpHelp().utf8))
  }
}
