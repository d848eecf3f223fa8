import Tensors

/// Rules for names that were found, as few as their numbers allow.
struct InferredRules {
  private(set) var rules: [DialectFile.RuleText] = []

  /// Rules that say the same as the assignments.
  ///
  /// - Parameter others: names of the file that must not get a place.
  /// - Throws: `Failure` (`badInput`) where a name has a character that templates give a meaning.
  init(_ assignments: [Inference.Assignment], besides others: [String] = []) throws {
    for assignment in assignments {
      guard !assignment.source.contains(where: { "{}|".contains($0) }) else {
        throw Failure(
          .badInput, place: assignment.source,
          "a dialect's templates cannot hold a name with '{', '}' or '|'")
      }
    }
    // Tensors of one kind: the native names agree but for their numbers.
    var groups: [(key: String, members: [Inference.Assignment])] = []
    var positions: [String: Int] = [:]
    for assignment in assignments {
      let key =
        "\(Numbered(assignment.native).text.joined(separator: "#")) \(assignment.axes ?? "")"
      if let position = positions[key] {
        groups[position].members.append(assignment)
      } else {
        positions[key] = groups.count
        groups.append((key, [assignment]))
      }
    }
    var known = Dictionary(others.map { ($0, "") }) { first, _ in first }
    for assignment in assignments { known[assignment.source] = assignment.native }
    for group in groups {
      if let rule = Self.rule(for: group.members, known) {
        rules.append(rule)
      } else {
        rules += group.members.map {
          DialectFile.RuleText(native: $0.native, dialect: $0.source, axes: $0.axes)
        }
      }
    }
  }

  /// One rule for many tensors; nil where their numbers do not go together, or where it would also
  /// give other names of the file a place that is not theirs.
  private static func rule(
    for members: [Inference.Assignment], _ known: [String: String]
  ) -> DialectFile.RuleText? {
    guard members.count > 1, let first = members.first else { return nil }
    let natives = members.map { Numbered($0.native) }
    let sources = members.map { Numbered($0.source) }
    guard sources.allSatisfy({ $0.text == sources[0].text }), !natives[0].numbers.isEmpty else {
      return nil
    }
    // For each number of the source: that of the native name, and how much larger it is.
    var used: Set<Int> = []
    var holes: [String?] = []
    for place in sources[0].numbers.indices {
      let values = sources.map { $0.numbers[place] }
      guard Set(values).count > 1 else {
        holes.append(nil)
        continue
      }
      let match = natives[0].numbers.indices.first { number in
        let shifts = Set(zip(values, natives).map { $0 - $1.numbers[number] })
        return shifts.count == 1 && (shifts.first ?? -1) >= 0 && !used.contains(number)
      }
      guard let match else { return nil }
      used.insert(match)
      let shift = values[0] - natives[0].numbers[match]
      holes.append("{n\(match)\(shift > 0 ? "+\(shift)" : ""):int}")
    }
    // A number of the native name that no number of the source gives must be the same in all.
    for number in natives[0].numbers.indices
    where !used.contains(number) && Set(natives.map { $0.numbers[number] }).count > 1 {
      return nil
    }
    let nativeHoles = natives[0].numbers.indices.map { used.contains($0) ? "{n\($0):int}" : nil }
    let rule = DialectFile.RuleText(
      native: natives[0].joined(nativeHoles), dialect: sources[0].joined(holes), axes: first.axes)
    guard let native = rule.native.flatMap({ try? Template($0) }),
      let source = try? Template(rule.dialect)
    else { return nil }
    for (name, path) in known {
      guard let bindings = try? source.match(Array(name.utf8), maps: [:]) else { continue }
      guard native.print(bindings, maps: [:]) == path else { return nil }
    }
    return rule
  }

  /// A name in pieces: its numbers, and the text around them.
  private struct Numbered {
    /// One more than there are numbers.
    var text: [String] = [""]
    var numbers: [Int] = []

    init(_ name: String) {
      var digits = ""
      func isHole(_ digits: String) -> Bool {
        digits.count <= 9 && (digits == "0" || !digits.hasPrefix("0"))
      }
      func close(_ text: inout [String], _ numbers: inout [Int]) {
        guard !digits.isEmpty else { return }
        if isHole(digits), let number = Int(digits) {
          numbers.append(number)
          text.append("")
        } else {
          text[text.count - 1] += digits
        }
        digits = ""
      }
      for character in name {
        if character.isASCII, character.isNumber {
          digits.append(character)
        } else {
          close(&text, &numbers)
          text[text.count - 1].append(character)
        }
      }
      close(&text, &numbers)
    }

    /// The name with some numbers replaced.
    func joined(_ holes: [String?]) -> String {
      var result = text[0]
      for (index, number) in numbers.enumerated() {
        result += (holes[index] ?? String(number)) + text[index + 1]
      }
      return result
    }
  }
}
