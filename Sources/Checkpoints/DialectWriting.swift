import Archives
import Tensors

/// The writing of a checkpoint in a dialect that it did not come from.
struct DialectWriting {
  let dialect: Dialect
  let checkpoint: Checkpoint
  let format: any ArchiveFormat
  let options: ExportOptions
  /// The form; its rules know the variables too.
  let form: Dialect.Form
  let variables: Bindings
  /// What stands before the names: empty in flat formats.
  let prefix: String
  let nativeWords: WordMaps

  /// A value and its name, in the order in which they are written.
  struct Named {
    var mount: Int
    var name: String
    var order: NativeOrder
    var value: Node
    var path: String
    /// The dialect's order of axes.
    var axes: AxisRule?
  }

  init(
    dialect: Dialect, checkpoint: Checkpoint, format: any ArchiveFormat, options: ExportOptions
  ) throws {
    self.dialect = dialect
    self.checkpoint = checkpoint
    self.format = format
    self.options = options
    nativeWords = dialect.maps.nativeWords
    let text = try Self.form(of: dialect, for: checkpoint, format: format)
    let use = checkpoint.provenance.dialect.flatMap { $0.name == dialect.name ? $0 : nil }
    let allowed = Spelling.all(dialect.file.spellings)
    var spelling = allowed.first { $0.name == use?.spelling } ?? allowed.first ?? .plain
    if !format.isFlat { spelling = spelling.separated }
    let variables = Self.variables(of: dialect, for: checkpoint)
    self.variables = variables
    form = Dialect.Form(
      text: text, spelling: spelling,
      rules: try dialect.rules(of: text, spelling: spelling).map { rule in
        var rule = rule
        rule.bound = variables.merging(rule.bound) { $1 }
        return rule
      })
    prefix = format.isFlat ? "" : spelling.apply(text.prefix ?? "")
  }

  func run() throws -> Exported {
    try checkFitsKeras()
    var named: [Named] = []
    var leftOut: [String] = []
    var written: Set<String> = []
    for entry in checkpoint.entries where !entry.path.hasPrefix("optimizer/") {
      // A name that another head has already is not written twice.
      let found = try names(of: entry).filter { written.insert($0.name).inserted }
      named += found
      guard found.isEmpty else { continue }
      try checkLeavable(entry.path)
      leftOut.append(entry.path)
    }
    var notes: [String] = []
    try addBiases(&named, &notes)
    try addConvolutionBiases(&named, &notes)
    try addDerived(&named)
    let hasSorted = dialect.file.order == "sorted"
    named.sort {
      hasSorted
        ? ($0.mount, $0.name) < ($1.mount, $1.name)
        : ($0.mount, $0.order) < ($1.mount, $1.order)
    }
    var values = placed(named.map { ($0.name, $0.value) })
    if format.holdsScalars { values += scalars() }
    var factors: [String: Double] = [:]
    leftOut += try addOptimizer(&values, named, &notes, &factors)
    leftOut += checkpoint.extras.map(\.path)
    if let missing = missingRoles() { notes.append(missing) }
    guard !named.isEmpty else {
      throw Failure(
        .usage, "the dialect \(dialect.name) has no place for anything in this checkpoint")
    }
    return Exported(
      archive: Archive(withKindsOfKeras(tree(values)), format: format.name),
      leftOut: leftOut, notes: notes, factors: factors)
  }

  /// The names of a tensor: none where the dialect has no place for it, several where it has aliases.
  func names(of entry: Checkpoint.Entry) throws -> [Named] {
    let bytes = Array(entry.path.utf8)
    var found: [Named] = []
    var hasMain = false
    for rule in form.rules where rule.isAlias || !hasMain {
      guard let one = try named(entry, bytes, by: rule) else { continue }
      hasMain = hasMain || !rule.isAlias
      // Formats without sharing have room for one name alone.
      if rule.isAlias, format.isFlat { continue }
      found.append(one)
    }
    guard found.count > 1 else { return found }
    let sharing = checkpoint.position(of: entry.path)
    return found.map { one in
      guard case .tensor(var tensor) = one.value else { return one }
      tensor.layout.sharing = sharing
      var one = one
      one.value = .tensor(tensor)
      return one
    }
  }

  /// A tensor under the name that a rule has for it, or nil where it has none.
  func named(
    _ entry: Checkpoint.Entry, _ path: [UInt8], by rule: Dialect.Rule
  ) throws -> Named? {
    guard case .tensor(let native, let axes) = rule.destination,
      let bindings = try native.match(path, maps: nativeWords, known: rule.bound),
      let name = rule.dialect.print(bindings, maps: dialect.maps)
    else { return nil }
    var tensor = try axes?.fromNative(entry.tensor) ?? entry.tensor
    tensor.layout = StoredLayout()
    return Named(
      mount: rule.mount, name: (rule.isRoot ? "" : prefix) + name, order: NativeOrder(entry.path),
      value: .tensor(tensor), path: entry.path, axes: axes)
  }

  /// Refuses to leave out a tensor of a part that the dialect holds: the rest would be another network.
  private func checkLeavable(_ path: String) throws {
    let role = Role(of: path)
    guard role.isWeights, role != .onlineHeads, role != .targetHeads else { return }
    let head = path.split(separator: "/").prefix(2).joined(separator: "/") + "/"
    let holds = form.rules.contains { rule in
      guard case .tensor(let native, _) = rule.destination, !native.text.hasPrefix("training/")
      else { return false }
      return native.text.hasPrefix(head) || native.begins(with: head, rule.bound)
    }
    guard holds else { return }
    throw Failure(
      .usage, place: path,
      "the dialect \(dialect.name) has no name for this tensor, and without it "
        + "\(head.dropLast()) would be another network; --drop \(path) leaves it out")
  }

  /// Numbers of the recipe, and what a framework's loader asks for besides.
  private func scalars() -> [(String, Node)] {
    var values: [(String, Node)] = []
    for rule in form.rules {
      guard case .recipe(let field) = rule.destination,
        let value = checkpoint.recipe.value(of: field),
        let name = rule.dialect.print(variables, maps: dialect.maps)
      else { continue }
      values.append(((rule.isRoot ? "" : prefix) + name, .integer(value)))
    }
    guard !format.isFlat else { return values }
    for (name, constant) in (form.text.constants ?? [:]).sorted(by: { $0.key < $1.key }) {
      values.append((form.spelling.apply(name), constant.node))
    }
    return values
  }
}

extension Constant {
  /// The constant as a value of an archive.
  var node: Node {
    switch self {
    case .none: .none
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    case .text(let value): .text(value)
    case .list(let values): .sequence(kind: "list", values.map(\.node))
    }
  }
}
