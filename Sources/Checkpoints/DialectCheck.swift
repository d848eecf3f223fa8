import Tensors

extension DialectFile {
  /// Refuses what no file could be read or written with, before a file is.
  ///
  /// - Throws: `Failure` (`badInput`) that names the field.
  func check() throws {
    guard !forms.isEmpty, forms.allSatisfy({ !$0.mounts.isEmpty }) else {
      throw Failure(place: "forms", expected: "at least one, with a mount", found: "none")
    }
    guard arrange == nil || arrange == KerasArrangement.name else {
      throw Failure(
        place: "arrange", expected: "'\(KerasArrangement.name)'", found: "'\(arrange ?? "")'")
    }
    for (name, words) in maps ?? [:] {
      guard !Template.Hole.types.contains(name) else {
        throw Failure(.badInput, place: "maps.\(name)", "a type of holes has this name already")
      }
      guard Set(words.values).count == words.count else {
        throw Failure(place: "maps.\(name)", expected: "a word for each word", found: "one twice")
      }
    }
    for (name, variable) in variables ?? [:] where variable.from ?? "depth" != "depth" {
      throw Failure(
        place: "variables.\(name).from", expected: "'depth'", found: "'\(variable.from ?? "")'")
    }
  }
}

extension Dialect.Rule {
  /// Refuses a rule that could be followed in one direction only, or in none.
  ///
  /// - Throws: `Failure` (`badInput`) that names the rule and the hole.
  func check(_ file: DialectFile) throws {
    let given = Set(bound.keys)
    let asked = Set(dialect.holes.map(\.name))
    try checkTypes(dialect, file)
    switch destination {
    case .tensor(let native, _):
      try checkTypes(native, file)
      try checkKinds(native.holes + dialect.holes, file)
      let named = Set(native.holes.map(\.name))
      try require(named.subtracting(asked).subtracting(given), "the dialect's name has no")
      try require(
        asked.subtracting(named).subtracting(given).subtracting((file.variables ?? [:]).keys),
        "neither the native name nor the variables have")
      for case .literal(let bytes) in native.pieces where !bytes.allSatisfy(isNativeByte) {
        throw Failure(
          place: place, expected: "a native name of letters, digits, '_', '.', '-' and '/'",
          found: "'\(native.text)'")
      }
    case .recipe(let field):
      try checkKinds(dialect.holes, file)
      try require(
        asked.subtracting(given).subtracting((file.variables ?? [:]).keys),
        "a field of the recipe has no")
      var recipe = Recipe()
      guard recipe.set(field, to: 0) else {
        throw Failure(place: place, expected: "a recipe's step or epoch", found: "'\(field)'")
      }
    }
  }

  private var place: String { "the rule for '\(dialect.text)'" }

  private func checkTypes(_ template: Template, _ file: DialectFile) throws {
    for hole in template.holes where !Template.Hole.types.contains(hole.type) {
      guard file.maps?[hole.type] != nil else {
        throw Failure(
          place: place, expected: "int, suffix, word or a map as the type of {\(hole.name)}",
          found: "'\(hole.type)'")
      }
    }
  }

  /// Refuses a hole that would have one kind of value in one name and another in the other, and a mount's
  /// value that a hole cannot have.
  private func checkKinds(_ holes: [Template.Hole], _ file: DialectFile) throws {
    var kinds: [String: Template.Hole] = [:]
    for hole in holes {
      if let other = kinds.updateValue(hole, forKey: hole.name), other.kind != hole.kind {
        throw Failure(
          place: place, expected: "one type of {\(hole.name)}",
          found: "'\(other.type)' and '\(hole.type)'")
      }
      if let value = bound[hole.name], !hole.canHave(value, file.maps ?? [:]) {
        throw Failure(
          place: place,
          expected: "a value of {\(hole.name)} that a hole of type \(hole.type) can have",
          found: "'\(value)' in a mount's bind")
      }
    }
  }

  private func require(_ missing: Set<String>, _ reason: String) throws {
    guard let hole = missing.min() else { return }
    throw Failure(.badInput, place: place, "\(reason) {\(hole)}")
  }

  private func isNativeByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
