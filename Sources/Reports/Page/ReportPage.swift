import Archives
public import Checkpoints
public import Health
import Pages
import Tensors

/// All that there is to see in a checkpoint, as one HTML file that needs nothing else and runs no script.
public struct ReportPage: Sendable {
  let loaded: Loaded
  let inspection: Inspection
  let health: HealthReport
  let run: RunSummary?

  /// A page about a checkpoint that was examined.
  ///
  /// - Throws: `Failure` where the state of a run is damaged.
  public init(_ loaded: Loaded, _ health: HealthReport) throws {
    self.loaded = loaded
    self.health = health
    inspection = try Inspection(loaded)
    run = try RunSummary(of: loaded.checkpoint)
  }

  /// Writes the file, whole or not at all; one that is there is replaced.
  ///
  /// - Throws: `Failure`, as `AtomicFile` does, and where the first layer cannot be read.
  public func write(_ path: String) throws {
    let text = try text()
    let file = try AtomicFile(path, AtomicFile.Options(force: true, sync: false))
    try file.output.write(Array(text.utf8))
    try file.commit()
  }

  /// The file's text.
  ///
  /// - Throws: `Failure` where the first layer cannot be read.
  public func text() throws -> String {
    let sections = [
      HealthSection(health).section, NetworksSection(self).section, FeaturesSection(health).section,
      try FiltersSection(loaded.checkpoint).section, TargetSection(health).section,
      LayersSection(health).section, TrainingSection(self).section, OriginSection(self).section,
    ].compactMap { $0 }
    let frame = PageFrame(title: baseName(loaded.path) + " - byol-inspect", style: PageStyle.text)
    let links = sections.map { "<a href=\"#\($0.name)\">\(markup($0.title))</a>" }
    return frame.document(
      """
      <header>
      \(PageHead(self).text)
      <nav>\(links.joined(separator: " "))</nav>
      </header>
      <main>
      \(sections.map(\.text).joined(separator: "\n"))
      </main>
      <footer>Made by byol-inspect of \(markup(NativeNames.createdBy)).</footer>
      """)
  }
}

/// A part of the page with a headline.
struct Section {
  /// What links call it.
  let name: String
  let title: String
  /// What it is for, under the headline; may be empty.
  let lead: String
  /// Markup.
  let body: String

  init(_ name: String, _ title: String, lead: String = "", _ body: String) {
    self.name = name
    self.title = title
    self.lead = lead
    self.body = body
  }

  var text: String {
    let lead = lead.isEmpty ? "" : "<p class=\"lead\">\(markup(lead))</p>\n"
    return "<section id=\"\(name)\">\n<h2>\(markup(title))</h2>\n\(lead)\(body)\n</section>"
  }
}

/// Pieces of markup that several sections have.
enum Markup {
  /// A table of names and values.
  static func facts(_ rows: [(String, String)]) -> String {
    let lines = rows.map { "<div><dt>\(markup($0.0))</dt><dd>\(markup($0.1))</dd></div>" }
    return "<dl class=\"facts\">\n\(lines.joined(separator: "\n"))\n</dl>"
  }

  /// A table with a head; columns in `numbers` are aligned to the right.
  static func table(_ head: [String], _ rows: [[String]], numbers: Set<Int> = []) -> String {
    func cells(_ row: [String], _ tag: String) -> String {
      row.enumerated().map { column, cell in
        "<\(tag)\(numbers.contains(column) ? " class=\"number\"" : "")>\(markup(cell))</\(tag)>"
      }.joined()
    }
    let body = rows.map { "<tr>\(cells($0, "td"))</tr>" }.joined(separator: "\n")
    return """
      <div class="scroll"><table class="grid"><thead><tr>\(cells(head, "th"))</tr></thead><tbody>
      \(body)
      </tbody></table></div>
      """
  }

  /// What is there for those who want it.
  static func details(_ summary: String, _ body: String) -> String {
    "<details><summary>\(markup(summary))</summary>\n\(body)\n</details>"
  }

  /// Drawings side by side, below each other where there is no room.
  static func figures(_ drawings: [String]) -> String {
    "<div class=\"figures\">\n\(drawings.joined(separator: "\n"))\n</div>"
  }
}
