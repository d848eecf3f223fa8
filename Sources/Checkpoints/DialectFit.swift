import Archives
import Tensors

extension Dialect {
  /// How well an archive's names fit: the form and spelling that fit best.
  struct Fit {
    var form: Form
    /// What stands before the names: `state_dict/`, `module.`.
    var prefix: String
    /// Words of the anchor that are the same throughout the file.
    var bound: Bindings
    /// Tensors whose names are the form's.
    var matched: Double
    /// Their share of those behind the prefix.
    var share: Double
    /// The conditions that the file fulfils besides.
    var conditions: Int

    /// Whether this fits better than `other`: more names, then more conditions, then less besides, then
    /// more of each name.
    func isBetter(than other: Fit?) -> Bool {
      guard let other else { return matched > 0 }
      return (matched, Double(conditions), share, -prefix.utf8.count)
        > (other.matched, Double(other.conditions), other.share, -other.prefix.utf8.count)
    }
  }

  /// The form, spelling and prefix with which most of an archive's names are this dialect's, or nil
  /// where none is.
  ///
  /// - Parameter byAnchors: whether a file must have the name that tells a form from those of other
  ///   dialects; where the user says the dialect, a part of such a file will do.
  func fit(_ index: NameIndex, byAnchors: Bool = true) throws -> Fit? {
    var best: Fit?
    for form in file.forms {
      for spelling in Spelling.all(file.spellings, for: form) {
        for start in try starts(of: form, spelling, in: index, byAnchors: byAnchors) {
          guard
            let conditions = form.conditions(index.names, prefix: start.prefix)
              ?? (byAnchors ? nil : 0)
          else { continue }
          var rules = best.flatMap {
            $0.form.name == form.name && $0.form.spelling == spelling ? $0.form.rules : nil
          }
          rules = try rules ?? self.rules(of: form, spelling: spelling)
          let compiled = Form(text: form, spelling: spelling, rules: rules ?? [])
          let fit = try fit(compiled, start, conditions, index.leaves)
          if fit.isBetter(than: best) { best = fit }
          if fit.share == 1, form.anchor == nil { return fit }
        }
      }
    }
    return best
  }

  /// Where a form's names may begin: what stands before its anchor, at most a few places.
  private func starts(
    of form: DialectFile.FormText, _ spelling: Spelling, in index: NameIndex, byAnchors: Bool
  ) throws -> [(prefix: String, bound: Bindings)] {
    guard let anchor = form.anchor else { return [("", [:])] }
    if byAnchors { return try starts(of: try Template(spelling.apply(anchor)), in: index) }
    for rule in try rules(of: form, spelling: spelling) where !rule.isRoot && !rule.isAlias {
      let found = try starts(of: rule.dialect, in: index)
        .map { (prefix: $0.prefix, bound: $0.bound.filter { file.variables?[$0.key] != nil }) }
      if !found.isEmpty { return found }
    }
    return []
  }

  private func starts(
    of template: Template, in index: NameIndex
  ) throws -> [(prefix: String, bound: Bindings)] {
    var found: [(prefix: String, bound: Bindings)] = []
    for place in index.candidates(template) {
      let bytes = index.leaves.items[place.item].bytes
      guard let bound = try template.match(Array(bytes[place.start...]), maps: maps) else {
        continue
      }
      let prefix = String(decoding: bytes[..<place.start], as: UTF8.self)
      if !found.contains(where: { $0.prefix == prefix }) { found.append((prefix, bound)) }
      if found.count == 16 { return found }
    }
    return found
  }

  private func fit(
    _ form: Form, _ start: (prefix: String, bound: Bindings), _ conditions: Int,
    _ leaves: LeafNames
  ) throws -> Fit {
    let prefix = Array(start.prefix.utf8)
    let behind = leaves.items.filter { $0.isTensor && $0.bytes.starts(with: prefix) }
    // A sample tells as much of a large file; where there are many spellings, all are asked of it.
    let step = max(1, behind.count / (file.spellings.map { $0.inner.count } ?? 1 > 1 ? 100 : 1000))
    let sample = stride(from: 0, to: behind.count, by: step).map { behind[$0].bytes }
    let rules = RuleIndex(
      form.rules.map { rule in
        var rule = rule
        rule.bound.merge(start.bound) { $1 }
        return rule
      })
    let matched = try sample.count { name in
      let rest = Array(name.dropFirst(prefix.count))
      return try rules.candidates(name, behind: rest).contains { rule in
        try rule.dialect.match(rule.isRoot ? name : rest, maps: maps, known: rule.bound) != nil
      }
    }
    let share = sample.isEmpty ? 0 : Double(matched) / Double(sample.count)
    return Fit(
      form: form, prefix: start.prefix, bound: start.bound,
      matched: share * Double(behind.count), share: share, conditions: conditions)
  }
}

extension DialectFile.FormText {
  /// The number of conditions that a file's names fulfil, or nil where one is not.
  fileprivate func conditions(_ names: Set<String>, prefix: String) -> Int? {
    func has(_ name: String) -> Bool {
      let name = name.replacing("|", with: "/")
      return names.contains(name) || names.contains(prefix + name)
    }
    guard (requires ?? []).allSatisfy(has), !(forbids ?? []).contains(where: has) else {
      return nil
    }
    return (requires ?? []).count + (forbids ?? []).count
  }
}
