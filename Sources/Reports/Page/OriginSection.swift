import Checkpoints
import Health
import Pages
import Tensors

/// Where the checkpoint comes from, what was verified, and what the reader noted.
struct OriginSection {
  private let page: ReportPage

  init(_ page: ReportPage) { self.page = page }

  var section: Section {
    let view = page.inspection
    var facts: [(String, String)] = []
    if let source = view.source {
      let dialect = view.sourceDialect.map { ", dialect \($0.name) (\($0.form))" } ?? ""
      facts.append(
        (
          "Source",
          "\(source.name), \(Numbers.bytes(source.size)), format \(source.format)\(dialect)"
        ))
      if let hash = source.sha256 { facts.append(("SHA-256 of the source", hash)) }
    }
    if let counts = view.counts {
      facts.append(
        (
          "Names",
          "\(counts.source) in the source = \(counts.used) used + \(counts.aliases) aliases + "
            + "\(counts.extras) extras + \(counts.dropped) dropped"
        ))
    }
    for (role, made) in (view.made ?? [:]).sorted(by: { $0.key < $1.key }) {
      facts.append(("Made, not the source's", "\(role) is \(made.summary)"))
    }
    let published = view.publishedLicence.map { " (\($0))" } ?? ""
    facts.append(("Licence of the weights", view.licence ?? "not stated" + published))
    if let created = view.createdBy { facts.append(("Written by", created)) }
    if let fingerprint = view.fingerprint {
      facts.append(("Fingerprint (\(view.fingerprintState))", fingerprint))
    }
    facts += view.verification.map { ("Verification", $0) }
    facts += view.notes.map { ("Note", $0) }
    return Section("origin", "Origin", Markup.facts(facts))
  }
}
