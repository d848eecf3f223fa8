import Tensors

extension Dialect {
  /// The rules of a form, every one at each of its places in each of its mounts, as a spelling has them.
  ///
  /// - Throws: `Failure` (`badInput`) where a rule is broken, or all together are too long.
  func rules(of form: DialectFile.FormText, spelling: Spelling) throws -> [Rule] {
    var rules: [Rule] = []
    var byteCount = 0
    for (number, mount) in form.mounts.enumerated() {
      guard let group = file.rules?[mount.rules] else {
        throw Failure(
          .badInput, place: "forms.\(form.name)", "there is no group of rules '\(mount.rules)'")
      }
      for text in group {
        for pair in try pairs(of: text, in: mount.rules) {
          let rule = try placed("rules.\(mount.rules)") {
            try compiled(text, at: pair, mount: mount, number: number, spelling: spelling)
          }
          byteCount += rule.byteCount
          try Self.check(byteCount, form)
          rules.append(rule)
        }
      }
    }
    return rules
  }

  /// Tries every rule of every form in every spelling, so that a broken one is found here and not in the
  /// middle.
  ///
  /// - Throws: `Failure` (`badInput`) that names the rule.
  func checkRules() throws {
    var byteCount = 0
    for form in file.forms {
      let plain = try rules(of: form, spelling: .plain)
      for rule in plain { try rule.check(file) }
      for spelling in Spelling.all(file.spellings, for: form) {
        try placed("forms.\(form.name).anchor") {
          _ = try form.anchor.map { try Template(spelling.apply($0)) }
        }
        let spelled = try spelling == .plain ? plain : rules(of: form, spelling: spelling)
        byteCount += spelled.reduce(0) { $0 + $1.byteCount }
        try Self.check(byteCount, form)
      }
    }
  }

  private static func check(_ byteCount: Int, _ form: DialectFile.FormText) throws {
    guard byteCount <= DialectLimits.ruleBytes else {
      throw Failure(
        place: "forms.\(form.name)",
        expected:
          "rules whose names have at most \(Numbers.grouped(DialectLimits.ruleBytes)) bytes, "
          + "with all mounts, places and spellings", found: "more")
    }
  }

  /// The pairs of names that a rule is at: of one empty place where it names none.
  private func pairs(of rule: DialectFile.RuleText, in group: String) throws -> [[String]] {
    guard let at = rule.at else { return [["", ""]] }
    guard let places = file.places?[at] else {
      throw Failure(.badInput, place: "rules.\(group)", "there are no places '\(at)'")
    }
    return places
  }

  /// The rule that a line of the file stands for at one place.
  private func compiled(
    _ rule: DialectFile.RuleText, at pair: [String], mount: DialectFile.Mount, number: Int,
    spelling: Spelling
  ) throws -> Rule {
    guard pair.count == 2 else {
      throw Failure(
        place: "places.\(rule.at ?? "")", expected: "pairs of names", found: "\(pair.count) names")
    }
    let destination: Rule.Destination
    if let native = rule.native {
      destination = .tensor(
        try Template(mount.nativeName(native, place: pair[0])),
        try rule.axes.map { try AxisRule($0) })
    } else if let field = rule.recipe {
      destination = .recipe(field)
    } else {
      throw Failure(
        expected: "'native' or 'recipe' in the rule for '\(rule.dialect)'", found: "neither")
    }
    let text = mount.dialect + (try rule.dialect.filling("{place}", with: pair[1]))
    return Rule(
      destination: destination, dialect: try Template(spelling.apply(text)),
      bound: mount.bind ?? [:], mount: number, isRoot: mount.root ?? false,
      isAlias: mount.alias ?? false,
      derived: try rule.derived.map {
        try Derivation($0) { try mount.nativeName($0, place: pair[0]) }
      })
  }
}

/// What `body` gives; a failure of it that names no place is that of `place`.
private func placed<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch var failure as Failure {
    failure.place = failure.place ?? place
    throw failure
  }
}

extension Dialect.Rule {
  /// The bytes of its names.
  fileprivate var byteCount: Int {
    var texts = [dialect]
    if case .tensor(let native, _) = destination { texts.append(native) }
    texts += derived?.templates ?? []
    return texts.reduce(0) { $0 + $1.text.utf8.count }
  }
}

extension Derivation {
  /// The names of the tensors that it looks for.
  fileprivate var templates: [Template] {
    switch self {
    case .copy(let template): [template]
    case .count(let templates, _): templates
    case .step, .settled: []
    }
  }
}

extension DialectFile.Mount {
  /// A rule's native name in this mount: behind the mount's own, or where `{mount}` says.
  fileprivate func nativeName(_ name: String, place: String) throws -> String {
    let name = try name.filling("{place}", with: place)
    return name.contains("{mount}") ? try name.filling("{mount}", with: native) : native + name
  }
}

extension String {
  /// The text with `value` in place of every `hole`.
  ///
  /// - Throws: `Failure` (`badInput`) where that is longer than a template, before it is made.
  fileprivate func filling(_ hole: String, with value: String) throws -> String {
    let bytes = Array(utf8)
    let wanted = Array(hole.utf8)
    let count = bytes.ranges(of: wanted).count
    guard count > 0 else { return self }
    try Template.check(byteCount: bytes.count + count * (value.utf8.count - wanted.count))
    return String(decoding: bytes.replacing(wanted, with: Array(value.utf8)), as: UTF8.self)
  }
}
