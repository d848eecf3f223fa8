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

  /// The number of tensors that are no buffers of an optimiser, which are named by numbers.
  var networkTensors: Int {
    leaves.items.count { item in
      guard item.isTensor else { return false }
      let parts = item.leaf.path
      return !parts.indices.dropFirst().contains { index in
        parts[index - 1] == .text("state") && Int(parts[index].description) != nil
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
  /// Rules whose names begin at the root, and rules whose names begin behind the prefix.
  private var atRoot: [[UInt8]: [Int]] = [:]
  private var behindPrefix: [[UInt8]: [Int]] = [:]
  private var others: [Int] = []
  private let rules: [Dialect.Rule]

  init(_ rules: [Dialect.Rule]) {
    self.rules = rules
    for (number, rule) in rules.enumerated() {
      switch (rule.dialect.firstWord, rule.isRoot) {
      case (let word?, true): atRoot[word, default: []].append(number)
      case (let word?, false): behindPrefix[word, default: []].append(number)
      case (nil, _): others.append(number)
      }
    }
  }

  /// The rules that may match a name, in their order; `behind` is the name behind the prefix, or nil
  /// where the prefix is not its beginning.
  func candidates(_ name: [UInt8], behind: [UInt8]?) -> [Dialect.Rule] {
    var numbers = others
    if !atRoot.isEmpty { numbers += atRoot[Self.firstWord(name)] ?? [] }
    if let behind { numbers += behindPrefix[Self.firstWord(behind)] ?? [] }
    return numbers.sorted().map { rules[$0] }
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
