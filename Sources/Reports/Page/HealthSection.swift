import Health
import Pages

/// What the owner should know, the worst first.
struct HealthSection {
  private let health: HealthReport

  init(_ health: HealthReport) { self.health = health }

  var section: Section {
    guard !health.findings.isEmpty else {
      return Section(
        "health", "Health",
        "<p class=\"fine\">Nothing found: numbers are finite, channels alive, statistics and "
          + "optimiser in use\(health.features == nil ? "" : ", features spread").</p>")
    }
    let items = health.findings.map { finding in
      """
      <li class="\(finding.severity.rawValue)"><code>\(finding.code.rawValue)</code>\
      <p><b>\(finding.severity.rawValue)</b> \(markup(finding.place)): \(markup(finding.message))</p>
      <p class="dim">\(markup(finding.advice))</p></li>
      """
    }
    return Section(
      "health", "Health",
      "<ul class=\"findings\">\n\(items.joined(separator: "\n"))\n</ul>\n"
        + "<p class=\"dim\">What each code means and how it is computed: docs/findings.md of "
        + "byol-checkpoints.</p>")
  }
}
