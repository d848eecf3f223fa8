import Archives
import Tensors

/// The reading of one archive in one form of a dialect: every leaf finds its place.
struct DialectReading {
  let dialect: Dialect
  let form: Dialect.Form
  let drop: NamePatterns
  var entries: [Checkpoint.Entry] = []
  var extras: [Checkpoint.Entry] = []
  var recipe = Recipe()
  var origins = Origins()
  var variables: Bindings = [:]
  var counts = Provenance.Counts()
  var takenBy: [String: String] = [:]

  init(dialect: Dialect, form: Dialect.Form, drop: NamePatterns) {
    self.dialect = dialect
    self.form = form
    self.drop = drop
  }

  mutating func run(_ archive: Archive) throws -> Imported {
    if let said = dialect.file.recipe { recipe = said }
    var scratch = self
    let tree = try SourceTree(archive.root) { path, node in
      try scratch.take(Leaf(path: path, value: node))
    }
    self = scratch
    let architecture = try Architecture(
      shapes: Dictionary(uniqueKeysWithValues: entries.map { ($0.path, $0.tensor.shape) }))
    try architecture.checkComplete(entries.map(\.path), isPartial: !drop.isEmpty)
    let contract = try Contract(architecture, dialect: dialect.file, origins: &origins)
    for field in recipe.saidFields {
      origins["recipe." + field] = origins["recipe." + field] ?? .dialect
    }
    var provenance = Provenance(createdBy: NativeNames.createdBy)
    provenance.dialect = Provenance.DialectUse(
      name: dialect.name, version: dialect.version, form: form.name,
      spelling: dialect.file.spellings == nil ? nil : form.spelling.name, variables: variables)
    provenance.counts = counts
    provenance.origins = origins
    provenance.licence = dialect.licence
    let checkpoint = Checkpoint(
      entries: entries, contract: contract, recipe: recipe, provenance: provenance, tree: tree,
      extras: extras)
    return Imported(
      checkpoint: checkpoint, notes: notes(checkpoint), dropped: counts.dropped)
  }

  private func notes(_ checkpoint: Checkpoint) -> [String] {
    var notes: [String] = []
    if counts.extras > 0 {
      let names =
        checkpoint.tree?.leaves.filter { $0.leaf.path?.hasPrefix("extras/") ?? true }
        .map(\.name) ?? []
      notes.append(
        "\(counts.extras) name\(counts.extras == 1 ? " is" : "s are") not the dialect's, kept as extras: "
          + names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", ..." : ""))
    }
    for (field, reason) in (dialect.file.cannotTell ?? [:]).sorted(by: { $0.key < $1.key })
    where origins[field] == .assumed {
      notes.append("\(field) is assumed: \(reason)")
    }
    return notes
  }

  /// Finds the leaf's place; nil where the user drops it.
  private mutating func take(_ leaf: Leaf) throws -> SourceLeaf? {
    counts.source += 1
    let name = leaf.name
    if drop.matches(name) {
      counts.dropped += 1
      return nil
    }
    let bytes = Array(name.utf8)
    for rule in form.rules {
      guard var bindings = rule.dialect.match(bytes, maps: dialect.maps, known: rule.bound) else {
        continue
      }
      switch try use(leaf, rule, &bindings) {
      case .kept(let found): return found
      case .dropped: return nil
      case .unfit: continue
      }
    }
    return keep(leaf)
  }

  /// What a rule makes of a leaf.
  private enum Use {
    case kept(SourceLeaf)
    case dropped
    case unfit
  }

  private mutating func use(
    _ leaf: Leaf, _ rule: Dialect.Rule, _ bindings: inout Bindings
  ) throws -> Use {
    let name = leaf.name
    switch rule.destination {
    case .tensor(let native, let axes):
      guard case .tensor(let tensor) = leaf.value,
        let path = native.print(bindings, maps: nativeMaps)
      else { return .unfit }
      if drop.matches(path) {
        counts.dropped += 1
        return .dropped
      }
      try remember(bindings, besides: native, name)
      if let other = takenBy[path] {
        throw Failure(
          .badInput, place: name, "'\(other)' and this are both \(path): one must be dropped")
      }
      takenBy[path] = name
      do {
        entries.append(Checkpoint.Entry(path, try axes?.toNative(tensor) ?? tensor))
      } catch let failure as Failure {
        var failure = failure
        failure.place = name
        throw failure
      }
      counts.used += 1
      return .kept(SourceLeaf(tensor: tensor, path: path, axes: axes))
    case .recipe(let field):
      guard let value = try leaf.value.wholeNumber, recipe.set(field, to: value) else {
        return .unfit
      }
      origins["recipe." + field] = .file
      counts.used += 1
      guard case .tensor(let tensor) = leaf.value else {
        var scalar = SourceLeaf(kind: "integer")
        scalar.path = "recipe." + field
        return .kept(scalar)
      }
      return .kept(SourceLeaf(tensor: tensor, path: "recipe." + field, axes: nil))
    }
  }

  /// Keeps a leaf that the dialect does not know.
  private mutating func keep(_ leaf: Leaf) -> SourceLeaf {
    counts.extras += 1
    guard case .tensor(let tensor) = leaf.value else { return SourceLeaf(scalar: leaf.value) }
    let path = NativeNames.extraPath(extras.count)
    extras.append(Checkpoint.Entry(path, tensor))
    return SourceLeaf(tensor: tensor, path: path, axes: nil)
  }

  /// Keeps the words that are not in native names; they must be the same throughout the file.
  private mutating func remember(
    _ bindings: Bindings, besides native: Template, _ name: String
  ) throws {
    let inNative = Set(native.holes.map(\.name))
    for (variable, value) in bindings
    where !inNative.contains(variable) && dialect.file.variables?[variable] != nil {
      if let before = variables[variable], before != value {
        throw Failure(
          place: name, expected: "'\(before)' for \(variable), as elsewhere in the file",
          found: "'\(value)'")
      }
      variables[variable] = value
    }
  }

  /// Native names have the native words.
  private var nativeMaps: WordMaps { dialect.maps.nativeWords }
}

extension WordMaps {
  /// The maps that leave every native word as it is: for native templates.
  var nativeWords: WordMaps {
    mapValues { (words: [String: String]) -> [String: String] in
      [String: String](uniqueKeysWithValues: words.keys.map { ($0, $0) })
    }
  }
}

extension NativeNames {
  /// The native path of extra number `index`: `extras/00/00`, with 256 in a group.
  static func extraPath(_ index: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "extras/\(two(index / 256))/\(two(index % 256))"
  }
}

extension Node {
  /// The value of a whole scalar: an integer, or an integer tensor of one element.
  var wholeNumber: Int? {
    get throws {
      switch self {
      case .integer(let value): value
      case .tensor(let tensor) where tensor.count == 1: try tensor.integers()?.first
      default: nil
      }
    }
  }
}
