import Checkpoints
import Health
import Tensors
import Terminals

/// An inspection as people read it.
struct InspectionText {
  let view: Inspection
  let run: RunSummary?
  let health: HealthReport?
  let listsTensors: Bool

  init(_ view: Inspection, run: RunSummary?, health: HealthReport?, tensors: Bool) {
    self.view = view
    self.run = run
    self.health = health
    listsTensors = tensors
  }

  func print() {
    printHead()
    if let health {
      section("health")
      for line in HealthText(health: health).lines { printLine("  " + line) }
    }
    printRoles()
    printFields("contract", view.contract)
    printFields("recipe", view.recipe)
    section("verification")
    for sentence in view.verification { printLine("  " + sentence) }
    section("tensors")
    if listsTensors { printTensors() } else { printFolded() }
    for note in view.notes { Swift.print("\n" + Style.output.note(note)) }
  }

  private func section(_ name: String) { Swift.print("\n" + Style.output.heading(name)) }

  private func printHead() {
    let form = view.form.map { " (\($0))" } ?? ""
    printLine(
      "\(view.path): \(Numbers.bytes(view.size)), format \(view.format), dialect \(view.dialect)\(form)"
    )
    printLine(view.architecture)
    if let source = view.source {
      let dialect = view.sourceDialect.map { ", dialect \($0.name) (\($0.form))" } ?? ""
      printLine(
        "from \(source.name), \(Numbers.bytes(source.size)), format \(source.format)\(dialect)")
      if let hash = source.sha256 { printLine("source SHA-256 \(hash)") }
    }
    if let counts = view.counts {
      printLine(
        "\(counts.source) source names = \(counts.used) used + \(counts.aliases) aliases + "
          + "\(counts.extras) extras + \(counts.dropped) dropped")
    }
    for (role, made) in (view.made ?? [:]).sorted(by: { $0.key < $1.key }) {
      printLine("made, not the source's: \(role) is \(made.summary)")
    }
    for cast in view.casts ?? [] { printLine("cast since: \(cast.summary); \(cast.cost)") }
    let published = view.publishedLicence.map { " (\($0))" } ?? ""
    printLine("licence of the weights: \(view.licence ?? "not stated" + published)")
    if let run { printLine("run of byol-train: \(run.sentence)") }
  }

  private func printRoles() {
    section("roles (fingerprints \(view.fingerprintState))")
    var table = Table(rightAligned: [1, 2, 3])
    table.row("role", "tensors", "parameters", "size", "fingerprint")
    for role in view.roles {
      table.row(
        role.role.rawValue, Numbers.grouped(role.tensors),
        role.parameters == 0 ? "" : Numbers.grouped(role.parameters), Numbers.bytes(role.bytes),
        role.fingerprint.map { String($0.prefix(16)) } ?? "")
    }
    table.row("all weights", "", "", "", view.fingerprint.map { String($0.prefix(16)) } ?? "")
    Swift.print(table.text)
  }

  private func printFields(_ name: String, _ fields: [Inspection.Field]) {
    section(name)
    var table = Table()
    for field in fields { table.row(field.path, field.value.text, field.origin.rawValue) }
    Swift.print(table.text)
  }

  private func printFolded() {
    var table = Table(rightAligned: [1, 2])
    for line in FoldedTree(view.tensors).lines {
      table.row(
        String(repeating: "  ", count: line.depth) + line.name, Numbers.grouped(line.tensors),
        Numbers.grouped(line.elements), line.detail)
    }
    Swift.print(table.text)
  }

  private func printTensors() {
    var table = Table(rightAligned: [3, 4, 5, 6, 7, 8])
    if view.tensors.contains(where: { $0.statistics != nil }) {
      table.row("path", "type", "shape", "min", "max", "mean", "rms", "NaN", "dead")
    }
    for tensor in view.tensors {
      var cells = [
        tensor.path, tensor.dtype.rawValue,
        "[\(tensor.shape.map(String.init).joined(separator: ", "))]",
      ]
      if let numbers = tensor.statistics {
        cells += [numbers.min, numbers.max, numbers.mean, numbers.rms].map { Numbers.fixed($0, 4) }
        cells += [
          numbers.nan + numbers.infinite == 0 ? "" : String(numbers.nan + numbers.infinite),
          numbers.deadChannels == 0 ? "" : String(numbers.deadChannels),
        ]
      }
      table.row(cells)
    }
    Swift.print(table.text)
  }
}
