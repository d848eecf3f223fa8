import Tensors

/// How large a dialect may be: many times what any program's names need, and little enough that a
/// stranger's file is tried in a moment.
enum DialectLimits {
  /// Rules after expansion, of all forms in all their spellings.
  static let rules = 10_000
  /// Bytes of the names of those rules.
  static let ruleBytes = 1 << 21
  /// Forms, and what they require or forbid.
  static let forms = 64
  /// Values of a mount's holes, and variables of a dialect.
  static let values = 64
  /// Fragments that a dialect takes.
  static let fragments = 16
  /// Maps, and the words of one.
  static let maps = 256
  static let words = 4_096
  /// Bytes of a word.
  static let wordBytes = 255
  /// What may stand for `|`, and for `/`; how many spellings they make together.
  static let separators = 32
  static let spellings = 256
  /// Bytes of one of them.
  static let separatorBytes = 8
  /// Tensors that a derivation may look for.
  static let derivations = 16
}

extension DialectFile {
  /// Refuses lists and texts longer than any dialect's, before anything is made of them.
  ///
  /// - Throws: `Failure` (`badInput`) that names the field.
  func checkLists() throws {
    try limit(forms.count, DialectLimits.forms, "forms", "forms")
    try limit(fragments?.count ?? 0, DialectLimits.fragments, "fragments", "names")
    try limit(variables?.count ?? 0, DialectLimits.values, "variables", "variables")
    try checkMaps()
    try spellings?.check()
    for (name, pairs) in places ?? [:] {
      for text in pairs.joined() { try limit(text, "places.\(name)") }
    }
    for (name, group) in rules ?? [:] {
      for rule in group {
        for text in [rule.native, rule.dialect, rule.axes, rule.derived, rule.recipe] {
          try limit(text ?? "", "rules.\(name)")
        }
      }
    }
    for form in forms { try form.checkLists() }
  }

  private func checkMaps() throws {
    try limit(maps?.count ?? 0, DialectLimits.maps, "maps", "maps")
    for (name, words) in maps ?? [:] {
      try limit(words.count, DialectLimits.words, "maps.\(name)", "words")
      for text in words.flatMap({ [$0.key, $0.value] }) {
        try limit(text, "maps.\(name)", to: DialectLimits.wordBytes)
      }
    }
  }

  /// Refuses more rules than may be tried, counting them only.
  ///
  /// - Throws: `Failure` (`badInput`) that names the form with which they are too many.
  func checkRuleCount() throws {
    let groups = (rules ?? [:]).mapValues { group in
      // A rule without places is looked at, too.
      Self.sum(group.map { rule in max(1, rule.at.map { places?[$0]?.count ?? 0 } ?? 1) })
    }
    var count = 0
    for form in forms {
      let once = Self.sum(form.mounts.map { max(1, groups[$0.rules] ?? 0) })
      count = Self.sum([count, once * Spelling.all(spellings, for: form).count])
      guard count <= DialectLimits.rules else {
        throw Failure(
          place: "forms.\(form.name)",
          expected:
            "at most \(Numbers.grouped(DialectLimits.rules)) rules, with all mounts, places "
            + "and spellings", found: "more")
      }
    }
  }

  /// The sum of counts, or what is too many where it is larger: it never overflows.
  private static func sum(_ counts: [Int]) -> Int {
    counts.reduce(0) { min($0 + $1, DialectLimits.rules + 1) }
  }
}

extension DialectFile.FormText {
  fileprivate func checkLists() throws {
    let place = "forms.\(name)"
    for text in [name, anchor, prefix, frame] { try limit(text ?? "", place) }
    for names in [requires, forbids] {
      try limit(names?.count ?? 0, DialectLimits.forms, place, "names that it requires or forbids")
    }
    for mount in mounts {
      for text in [mount.dialect, mount.native, mount.rules] {
        try limit(text, place + ".mounts")
      }
      try limit(mount.bind?.count ?? 0, DialectLimits.values, place + ".mounts.bind", "values")
      for text in (mount.bind ?? [:]).values {
        try limit(text, place + ".mounts.bind", to: DialectLimits.wordBytes)
      }
    }
  }
}

extension DialectFile.Spellings {
  /// Refuses spellings that are too many to be tried, or that no name could be taken apart by.
  fileprivate func check() throws {
    for (name, texts) in [("level", level), ("inner", inner)] {
      let place = "spellings.\(name)"
      try limit(texts.count, DialectLimits.separators, place, "values")
      guard
        texts.allSatisfy({ text in
          (1...DialectLimits.separatorBytes).contains(text.utf8.count)
            && !text.contains { "{}".contains($0) }
        })
      else {
        throw Failure(
          place: place,
          expected: "texts of 1 to \(DialectLimits.separatorBytes) bytes without '{' and '}'",
          found: "another")
      }
    }
    try limit(tilde.count, 2, "spellings.tilde", "values")
    let count = level.count * inner.count * tilde.count
    guard count > 0 else {
      throw Failure(place: "spellings", expected: "a value of each", found: "none")
    }
    try limit(count, DialectLimits.spellings, "spellings", "combinations")
  }
}

/// Refuses a list of more than `most` values.
private func limit(_ count: Int, _ most: Int, _ place: String, _ what: String) throws {
  guard count <= most else {
    throw Failure(
      place: place, expected: "at most \(Numbers.grouped(most)) \(what)",
      found: Numbers.grouped(count))
  }
}

/// Refuses a text of more than `most` bytes, without repeating it.
private func limit(_ text: String, _ place: String, to most: Int = Template.byteLimit) throws {
  guard text.utf8.count <= most else {
    throw Failure(
      place: place, expected: "texts of at most \(Numbers.grouped(most)) bytes",
      found: "\(Numbers.grouped(text.utf8.count)) bytes")
  }
}
