/// How a file joins the parts of its names.
///
/// Rules are written with `|` between the levels of the tree and `/~/` where Haiku has it; a spelling
/// says what a file has in their place.
struct Spelling: Sendable, Hashable {
  /// Between the levels of the tree.
  var level: String
  /// Between the parts of a module's name.
  var inner: String
  /// Whether the `~` of modules made in a constructor is kept.
  var tilde: Bool

  /// The plain spelling: every part joined by `/`.
  static let plain = Spelling(level: "/", inner: "/", tilde: true)

  /// The name in provenance: `level=/ inner=/ tilde=kept`.
  var name: String { "level=\(level) inner=\(inner) tilde=\(tilde ? "kept" : "dropped")" }

  /// `template` as a file of this spelling has it.
  func apply(_ template: String) -> String {
    var result: [UInt8] = []
    let parts = tilde ? template : template.split(separator: "/~/").joined(separator: "/")
    for byte in parts.utf8 {
      switch byte {
      case UInt8(ascii: "|"): result += level.utf8
      case UInt8(ascii: "/"): result += inner.utf8
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Between the levels of a tree that is being made: no name has it.
  static let separator: Character = "\u{1}"

  /// This spelling with levels that can be told from the rest.
  var separated: Spelling { Spelling(level: String(Self.separator), inner: inner, tilde: tilde) }

  /// Every combination that a dialect allows.
  static func all(_ allowed: DialectFile.Spellings?) -> [Spelling] {
    guard let allowed else { return [.plain] }
    return allowed.level.flatMap { level in
      allowed.inner.flatMap { inner in
        allowed.tilde.map { Spelling(level: level, inner: inner, tilde: $0) }
      }
    }
  }

  /// Those of them that differ in a form: one whose names have no levels needs no two ways to join
  /// them.
  static func all(
    _ allowed: DialectFile.Spellings?, for form: DialectFile.FormText
  ) -> [Spelling] {
    let all = all(allowed)
    let texts = form.mounts.filter { $0.root != true }.map(\.dialect) + [form.anchor ?? "|"]
    return texts.contains { $0.contains("|") } ? all : Array(all.prefix(1))
  }
}
