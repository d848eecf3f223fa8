import Archives
import Tensors

extension Dialect {
  /// The checkpoint in this dialect's names and orders of axes.
  ///
  /// A checkpoint that came from this dialect, and whose tensors are those that came, becomes the
  /// source's tree again: names, order, container kinds, types, shapes, bits. Others are written in the
  /// dialect's own order.
  ///
  /// - Throws: `Failure` (`usage`) that names the first tensor the dialect cannot hold.
  public func write(_ checkpoint: Checkpoint, format: String) throws -> Archive {
    if checkpoint.provenance.dialect?.name == name, let tree = checkpoint.tree,
      let root = try checkpoint.sourceTree(tree)
    {
      return Archive(root, format: format)
    }
    return try expand(checkpoint, format: format)
  }

  private func expand(_ checkpoint: Checkpoint, format: String) throws -> Archive {
    let form = try exportForm(checkpoint)
    let maps = maps.nativeWords
    let variables = exportVariables(checkpoint)
    // By rule, in the dialect's order: sorted names within a mount, as DeepMind's trees have them.
    var named: [(mount: Int, name: String, value: Node)] = []
    for entry in checkpoint.entries {
      let bytes = Array(entry.path.utf8)
      var found = false
      for (position, rule) in form.rules.enumerated() {
        guard case .tensor(let native, let axes) = rule.destination,
          let bindings = native.match(
            bytes, maps: maps, known: variables.merging(rule.bound) { $1 }),
          let name = rule.dialect.print(bindings, maps: self.maps)
        else { continue }
        let tensor = try axes?.fromNative(entry.tensor) ?? entry.tensor
        named.append((mount(of: position, in: form), name, .tensor(tensor)))
        found = true
        break
      }
      guard found else {
        throw Failure(
          .usage, place: entry.path,
          "the dialect \(name) has no name for this tensor; --drop \(entry.path) leaves it out")
      }
    }
    for (position, rule) in form.rules.enumerated() {
      guard case .recipe(let field) = rule.destination,
        let value = checkpoint.recipe.value(of: field),
        let name = rule.dialect.print(variables, maps: self.maps)
      else { continue }
      named.append((mount(of: position, in: form), name, .integer(value)))
    }
    named.sort { ($0.mount, $0.name) < ($1.mount, $1.name) }
    return Archive(.dict(named.map { ($0.name, $0.value) }), format: format)
  }

  /// A number that is the same for all rules of a mount: those with the same beginning.
  private func mount(of position: Int, in form: Dialect.Form) -> Int {
    func beginning(_ rule: Rule) -> ArraySlice<UInt8> {
      guard case .literal(let literal)? = rule.dialect.pieces.first,
        let end = literal.firstIndex(of: UInt8(form.spelling.level.utf8.first ?? 0x2F))
      else { return [] }
      return literal[..<end]
    }
    let mine = beginning(form.rules[position])
    return form.rules.firstIndex { beginning($0) == mine } ?? position
  }

  /// The form and spelling of the file that came, or the dialect's first.
  private func exportForm(_ checkpoint: Checkpoint) throws -> Form {
    let use = checkpoint.provenance.dialect.flatMap { $0.name == name ? $0 : nil }
    let named = file.forms.first { $0.name == use?.form } ?? file.forms[0]
    let allowed = Spelling.all(file.spellings)
    let spelling = allowed.first { $0.name == use?.spelling } ?? allowed.first ?? .plain
    return Form(
      name: named.name, spelling: spelling, rules: try rules(of: named, spelling: spelling))
  }

  /// The words of the file that came, or the dialect's defaults.
  private func exportVariables(_ checkpoint: Checkpoint) -> Bindings {
    let depth = Architecture.depth(
      block: checkpoint.contract.encoder.block, blocks: checkpoint.contract.encoder.blocks)
    var result: Bindings = [:]
    for (variable, text) in file.variables ?? [:] {
      result[variable] = text.default.replacing("{depth}", with: String(depth))
    }
    if let use = checkpoint.provenance.dialect, use.name == name {
      result.merge(use.variables) { $1 }
    }
    return result
  }
}

extension Checkpoint {
  /// The source's tree with this checkpoint's values, or nil where tensors were added or taken away
  /// since, so that it would not be the whole checkpoint.
  func sourceTree(_ tree: SourceTree) throws -> Node? {
    let leaves = tree.leaves.map(\.leaf)
    let named = Set(leaves.compactMap(\.path))
    let mine = Set(entries.map(\.path) + extras.map(\.path))
    guard mine == named.filter({ !$0.hasPrefix("recipe.") }) else { return nil }
    return try tree.node { leaf in
      guard let path = leaf.path else { return leaf.scalar }
      if path.hasPrefix("recipe.") {
        guard let value = recipe.value(of: String(path.dropFirst(7))) else { return nil }
        return try leaf.number(value)
      }
      guard var tensor = self[path] else { return nil }
      if let axes = leaf.axes { tensor = try axes.fromNative(tensor) }
      tensor.layout = leaf.layout
      return .tensor(tensor)
    }
  }
}

extension SourceLeaf {
  /// A number of the recipe as the source had it: a scalar, or an integer tensor of one element.
  fileprivate func number(_ value: Int) throws -> Node {
    guard kind == "tensor", let dtype, let shape else { return .integer(value) }
    var bytes = withUnsafeBytes(of: Int64(value).littleEndian) { Array($0) }
    if dtype.byteCount < 8 { bytes = Array(bytes.prefix(dtype.byteCount)) }
    var tensor = try Tensor(dtype, shape: shape, bytes: bytes)
    tensor.layout = layout
    return .tensor(tensor)
  }
}
