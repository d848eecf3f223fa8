import Archives

/// The names of an archive, looked up by the words that they have in them: dozens of dialects ask the
/// same names whether they are theirs.
struct NameIndex {
  /// A name, and where in it a word begins.
  struct Place {
    var item: Int
    var start: Int
  }

  let leaves: LeafNames
  /// Every name, and the archive's attributes with an `@` before them.
  let names: Set<String>
  /// Where in tensors' names each word is, by its bytes.
  private var places: [[UInt8]: [Place]] = [:]

  /// - Parameter dialect: the one dialect that will be asked, where it has names of its own for leaves.
  init(_ archive: Archive, for dialect: DialectFile? = nil) {
    leaves = dialect.map { LeafNames(archive, for: $0) } ?? LeafNames(archive.root)
    names = Set(archive.attributes.map { "@\($0.key)" }).union(leaves.items.map(\.name))
    for (number, item) in leaves.items.enumerated() where item.isTensor {
      var start = 0
      for word in item.bytes.split(
        omittingEmptySubsequences: false, whereSeparator: isNameSeparator)
      {
        places[Array(word), default: []].append(Place(item: number, start: start))
        start += word.count + 1
      }
    }
  }

  /// Where names may match a template: the places of its first word, or the beginnings of the first
  /// names where that word has a hole.
  func candidates(_ template: Template) -> [Place] {
    if let word = template.firstWord { return places[word] ?? [] }
    return leaves.items.indices.filter { leaves.items[$0].isTensor }
      .map { Place(item: $0, start: 0) }
  }
}

/// Rules by the first word of their names.
struct RuleIndex {
  private var byWord: [[UInt8]: [Int]] = [:]
  private var others: [Int] = []
  private let rules: [Dialect.Rule]

  init(_ rules: [Dialect.Rule]) {
    self.rules = rules
    for (number, rule) in rules.enumerated() {
      if let word = rule.dialect.firstWord {
        byWord[word, default: []].append(number)
      } else {
        others.append(number)
      }
    }
  }

  /// The rules that may match a name, in their order; `behind` is the name behind the prefix, or nil
  /// where the prefix is not its beginning.
  func candidates(_ name: [UInt8], behind: [UInt8]?) -> [Dialect.Rule] {
    let roots = (byWord[Self.firstWord(name)] ?? []).filter { rules[$0].isRoot }
    var numbers = roots + others
    if let behind {
      numbers += (byWord[Self.firstWord(behind)] ?? []).filter { !rules[$0].isRoot }
    }
    return Set(numbers).sorted().map { rules[$0] }
  }

  private static func firstWord(_ name: [UInt8]) -> [UInt8] {
    Array(name.prefix { !isNameSeparator($0) })
  }
}

extension Template {
  /// The first word of every name that matches, or nil where it has a hole.
  var firstWord: [UInt8]? {
    guard case .literal(let literal)? = pieces.first else { return nil }
    if let end = literal.firstIndex(where: isNameSeparator) { return Array(literal[..<end]) }
    return pieces.count == 1 ? literal : nil
  }
}

/// Whether a byte stands between the words of a name, however a file joins them.
private func isNameSeparator(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
}
