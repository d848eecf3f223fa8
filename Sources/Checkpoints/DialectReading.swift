import Archives
import Tensors

/// The reading of one archive in one form of a dialect: every leaf finds its place.
struct DialectReading {
  let dialect: Dialect
  let form: Dialect.Form
  let prefix: [UInt8]
  let drop: NamePatterns
  var entries: [Checkpoint.Entry] = []
  var extras: [Checkpoint.Entry] = []
  var recipe = Recipe()
  var origins = Origins()
  var variables: Bindings
  var counts = Provenance.Counts()
  /// The source's name and tensor of each native path.
  var taken: [String: (name: String, tensor: Tensor)] = [:]
  /// The path of each extra that has several names.
  var sharedExtras: [Int: String] = [:]
  /// Tensors of several names that are counted among the parameters.
  private var noted: Set<Int> = []
  /// The words of native names, which are their own.
  private let nativeWords: WordMaps
  /// The source's parameters in its order, with their native paths: nil for an extra.
  var parameters: [Parameter] = []

  /// A parameter of the source, as its optimiser may number it.
  struct Parameter {
    /// Its name behind the prefix.
    var name: String
    var path: String?
    /// The order of its axes, which its optimiser's buffers have too.
    var axes: AxisRule?
    var shape: [Int]
    /// Whether it is the weight of a convolution or a linear layer.
    var isWeight: Bool
  }

  /// What the arrangement of the leaves took for granted.
  private var assumed: [String] = []
  /// The form's rules by the words that they begin with.
  private let index: RuleIndex

  /// What became of a leaf.
  enum Place {
    case kept(SourceLeaf)
    case dropped
  }

  init(dialect: Dialect, fit: Dialect.Fit, drop: NamePatterns) {
    self.dialect = dialect
    self.form = fit.form
    self.prefix = Array(fit.prefix.utf8)
    self.drop = drop
    nativeWords = dialect.maps.nativeWords
    index = RuleIndex(fit.form.rules)
    variables = fit.bound.filter { dialect.file.variables?[$0.key] != nil }
  }

  mutating func run(_ archive: Archive) throws -> Imported {
    if let said = dialect.file.recipe { recipe = said }
    let names = LeafNames(archive, for: dialect.file)
    let leaves = names.items
    assumed = names.notes
    counts.source = leaves.count
    var places = [Place?](repeating: nil, count: leaves.count)
    for (number, leaf) in leaves.enumerated() { places[number] = try take(leaf) }
    try takeOptimizer(leaves, &places)
    for (number, leaf) in leaves.enumerated() where places[number] == nil {
      places[number] = .kept(keep(leaf))
    }
    var next = 0
    let tree = SourceTree(archive.root) { _, _ in
      defer { next += 1 }
      if case .kept(let leaf)? = places[next] { return leaf }
      return nil
    }
    return try imported(tree, archive)
  }

  private mutating func imported(_ tree: SourceTree?, _ archive: Archive) throws -> Imported {
    let architecture = try Architecture(
      shapes: Dictionary(uniqueKeysWithValues: entries.map { ($0.path, $0.tensor.shape) }))
    try architecture.checkComplete(entries.map(\.path), isPartial: !drop.isEmpty)
    let contract = try Contract(architecture, dialect: dialect, origins: &origins)
    // Native files, and sidecars, are asked the same.
    try contract.check()
    try recipe.check()
    for field in recipe.saidFields {
      origins["recipe." + field] = origins["recipe." + field] ?? .dialect
    }
    var provenance = Provenance(createdBy: NativeNames.createdBy)
    provenance.dialect = Provenance.DialectUse(
      name: dialect.name, version: dialect.version, form: form.name,
      spelling: dialect.file.spellings == nil ? nil : form.spelling.name, variables: variables)
    if !prefix.isEmpty {
      provenance.dialect?.prefix = String(decoding: prefix, as: UTF8.self)
    }
    let texts = archive.attributes.compactMap { entry -> (String, String)? in
      guard case .text(let text) = entry.value else { return nil }
      return (entry.key.description, text)
    }
    if !texts.isEmpty { provenance.attributes = Dictionary(texts) { $1 } }
    provenance.counts = counts
    provenance.origins = origins
    provenance.licence = Provenance.licence(among: provenance.attributes ?? [:])
    let checkpoint = Checkpoint(
      entries: entries, contract: contract, recipe: recipe, provenance: provenance, tree: tree,
      extras: extras)
    return Imported(checkpoint: checkpoint, notes: notes(checkpoint), dropped: counts.dropped)
  }

  private func notes(_ checkpoint: Checkpoint) -> [String] {
    var notes = assumed
    let names =
      checkpoint.tree?.leaves.filter { $0.leaf.path?.hasPrefix("extras/") ?? false }.map(\.name)
      ?? []
    if !names.isEmpty {
      notes.append(
        "\(names.count) tensor\(names.count == 1 ? " is" : "s are") not the dialect's, kept as extras: "
          + names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", ..." : ""))
    }
    return notes
  }

  /// Finds the leaf's place; nil where no rule has one.
  private mutating func take(_ item: LeafNames.Item) throws -> Place? {
    if drop.matches(item.name) {
      counts.dropped += 1
      return .dropped
    }
    let isBehind = item.bytes.starts(with: prefix)
    let behind = isBehind ? Array(item.bytes.dropFirst(prefix.count)) : []
    for rule in index.candidates(item.bytes, behind: isBehind ? behind : nil)
    where rule.isRoot || isBehind {
      guard
        let bindings = try rule.dialect.match(
          rule.isRoot ? item.bytes : behind, maps: dialect.maps, known: rule.bound),
        let place = try use(item, rule, bindings)
      else { continue }
      return place
    }
    if isBehind, case .tensor(let tensor) = item.leaf.value, !isBuffer(behind) {
      note(String(decoding: behind, as: UTF8.self), nil, tensor)
    }
    return nil
  }

  /// Gives the leaf the rule's place; nil where it does not fit.
  private mutating func use(
    _ item: LeafNames.Item, _ rule: Dialect.Rule, _ bindings: Bindings
  ) throws -> Place? {
    switch rule.destination {
    case .tensor(let native, let axes):
      guard case .tensor(let tensor) = item.leaf.value,
        let path = native.print(bindings, maps: nativeWords)
      else { return nil }
      if drop.matches(path) {
        counts.dropped += 1
        return .dropped
      }
      try remember(bindings, besides: native, item.name)
      if let other = taken[path] {
        try checkAlias(item.name, tensor, of: other, path)
        counts.aliases += 1
        return .kept(SourceLeaf(tensor: tensor, path: path, axes: axes))
      }
      taken[path] = (item.name, tensor)
      do {
        entries.append(Checkpoint.Entry(path, try axes?.toNative(tensor) ?? tensor))
      } catch var failure as Failure {
        failure.place = item.name
        throw failure
      }
      counts.used += 1
      let name = String(decoding: item.bytes.dropFirst(prefix.count), as: UTF8.self)
      if NativeNames.isParameter(path) { note(name, path, tensor, axes) }
      return .kept(SourceLeaf(tensor: tensor, path: path, axes: axes))
    case .recipe(let field):
      guard let value = try item.leaf.value.wholeNumber, recipe.set(field, to: value) else {
        return nil
      }
      origins["recipe." + field] = .file
      counts.used += 1
      guard case .tensor(let tensor) = item.leaf.value else {
        var scalar = SourceLeaf(kind: "integer")
        scalar.path = "recipe." + field
        return .kept(scalar)
      }
      return .kept(SourceLeaf(tensor: tensor, path: "recipe." + field, axes: nil))
    }
  }

  /// Refuses a second name of a tensor whose elements are other ones.
  private func checkAlias(
    _ name: String, _ tensor: Tensor, of other: (name: String, tensor: Tensor), _ path: String
  ) throws {
    if let sharing = tensor.layout.sharing, sharing == other.tensor.layout.sharing { return }
    guard try tensor.hasSameBits(as: other.tensor) else {
      throw Failure(
        .badInput, place: name,
        "'\(other.name)' and this are both \(path), and differ: one must be dropped")
    }
  }

  private mutating func note(
    _ name: String, _ path: String?, _ tensor: Tensor, _ axes: AxisRule? = nil
  ) {
    // A further name is no further parameter.
    if let sharing = tensor.layout.sharing, !noted.insert(sharing).inserted { return }
    parameters.append(
      Parameter(
        name: name, path: path, axes: axes, shape: tensor.shape,
        isWeight: path?.hasSuffix("/weight") ?? (tensor.shape.count > 1)))
  }

  /// Whether a name that no rule knows is a buffer's: optimisers do not number those.
  private func isBuffer(_ name: [UInt8]) -> Bool {
    let last = name.split(whereSeparator: { $0 == 0x2E || $0 == 0x2F }).last.map(Array.init) ?? []
    return ![Array("weight".utf8), Array("bias".utf8)].contains(last)
  }

  /// Keeps a leaf that the dialect does not know; a tensor of several names once.
  mutating func keep(_ item: LeafNames.Item) -> SourceLeaf {
    guard case .tensor(let tensor) = item.leaf.value else {
      counts.extras += 1
      return SourceLeaf(scalar: item.leaf.value)
    }
    if let sharing = tensor.layout.sharing, let path = sharedExtras[sharing] {
      counts.aliases += 1
      return SourceLeaf(tensor: tensor, path: path, axes: nil)
    }
    counts.extras += 1
    let path = NativeNames.extraPath(extras.count)
    if let sharing = tensor.layout.sharing { sharedExtras[sharing] = path }
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

  /// Whether the tensor of that native path is trained: a weight, bias, scale or offset, or whatever an
  /// encoder of an unknown kind has that is no running statistic.
  static func isParameter(_ path: String) -> Bool {
    guard path.hasPrefix("online/") || path.hasPrefix("target/") else { return false }
    let last = path.split(separator: "/").last.map(String.init) ?? ""
    return !["mean", "variance"].contains(last)
      && !(path.contains("/encoder/other/") && torchBuffers.contains(last))
  }

  /// The last words of PyTorch's names of what is saved and not trained.
  private static let torchBuffers: Set<String> = [
    "running_mean", "running_var", "num_batches_tracked", "relative_position_index", "position_ids",
  ]
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
