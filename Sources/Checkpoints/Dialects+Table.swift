/// A dialect's row of the table in the README.
public struct DialectRow: Sendable, Hashable, Codable {
  /// The name on the command line.
  public var name: String
  /// What people call it.
  public var title: String
  /// What its files can hold: parts of BYOL, state of the optimiser, progress.
  public var carries: String
  /// How the rules were checked.
  public var checked: String
}

extension Dialects {
  /// A row for each dialect of the project, in the order of the list.
  ///
  /// Every dialect is read and written.
  ///
  /// - Throws: `Failure` where a file of the project is broken.
  public static var table: [DialectRow] {
    get throws {
      try all().map { dialect in
        DialectRow(
          name: dialect.name, title: dialect.title, carries: try dialect.carries,
          checked: dialect.checked ?? "facts only")
      }
    }
  }

  /// The table in Markdown.
  ///
  /// - Throws: `Failure` where a file of the project is broken.
  public static var markdownTable: String {
    get throws {
      let head = [
        "| dialect | program | carries | in | out | checked |", "|---|---|---|---|---|---|",
      ]
      let rows = try table.map {
        "| `\($0.name)` | \($0.title) | \($0.carries) | yes | yes | \($0.checked) |"
      }
      return (head + rows).joined(separator: "\n") + "\n"
    }
  }
}

extension Dialect {
  /// The parts that some form has a place for, in words.
  var carries: String {
    get throws {
      let compiled = try file.forms.map { text in
        Form(text: text, spelling: .plain, rules: try rules(of: text, spelling: .plain))
      }
      func parts(_ roles: [(Role, String)]) -> String {
        let held = roles.filter { role in compiled.contains { $0.holds(role.0) } }.map(\.1)
        return held.joined(separator: ", ")
      }
      let online = parts([
        (.onlineEncoder, "encoder"), (.onlineProjector, "projector"),
        (.onlinePredictor, "predictor"), (.onlineHeads, "heads"),
      ])
      let target = parts([
        (.targetEncoder, "encoder"), (.targetProjector, "projector"),
        (.targetPredictor, "predictor"), (.targetHeads, "heads"),
      ])
      var words = [online]
      if !target.isEmpty { words.append("target " + target) }
      let hasOptimizer =
        compiled.contains { $0.holds(.optimizer) || $0.text.optimizer != nil }
      if hasOptimizer { words.append("optimiser") }
      let fields = Set(
        compiled.flatMap(\.rules).compactMap { rule -> String? in
          if case .recipe(let field) = rule.destination { field } else { nil }
        })
      words += ["step", "epoch"].filter(fields.contains)
      return words.joined(separator: "; ")
    }
  }
}
