import Archives
import Tensors

extension DialectWriting {
  /// Writes the optimiser's buffers in the order in which the dialect numbers its parameters; gives the
  /// names of those that it has no place for.
  ///
  /// - Throws: `Failure` (`usage`) where the two programs disagree on what a buffer contains and the
  ///   learning rate that tells it apart is not known.
  func addOptimizer(
    _ values: inout [(String, Node)], _ named: [Named], _ notes: inout [String],
    _ factors: inout [String: Double]
  ) throws -> [String] {
    let buffers = checkpoint.entries.filter { $0.path.hasPrefix("optimizer/") }
    guard !buffers.isEmpty else { return [] }
    guard let text = form.text.optimizer, let at = text.at, !format.isFlat else {
      return try addBuffersByRule(buffers, &values, &notes, &factors)
    }
    let slots = Set(buffers.map { String($0.path.split(separator: "/")[1]) })
    guard isSameFamily(slots) else {
      notes.append(
        "\(dialect.title) trains with another optimiser: its state begins anew")
      return buffers.map(\.path)
    }
    let order = order(text, named)
    let scale = try bufferScale(&notes)
    var state: [Node.Entry] = []
    var used: Set<String> = []
    for (number, group) in order.flatMap({ $0 }).enumerated() {
      var parts: [(String, Node)] = []
      for slot in slots.sorted() {
        let path = "optimizer/\(slot)/\(group.path)"
        guard let tensor = checkpoint[path] else { continue }
        used.insert(path)
        let own = tensor.shape.isEmpty ? tensor : try group.axes?.fromNative(tensor) ?? tensor
        let isScaled = slot == "momentum" && scale != 1
        if isScaled { factors[path] = scale }
        let scaled = isScaled ? try own.multiplied(by: scale) : own
        parts.append((OptimizerSlots.torch(slot), .tensor(scaled)))
      }
      if !parts.isEmpty { state.append(Node.Entry(.number(number), .dict(parts))) }
    }
    let groups = groups(text, order)
    let place = form.spelling.apply(at).split(separator: Spelling.separator)
    let dictionary = Node.dict([
      ("state", .mapping(kind: "dict", state)), ("param_groups", .sequence(kind: "list", groups)),
    ])
    // A position in a list: the only optimiser of a Lightning module.
    if place.last == "0", place.count > 1 {
      let list = place.dropLast().joined(separator: String(Spelling.separator))
      values.append((list, .sequence(kind: "list", [dictionary])))
    } else {
      values.append((place.joined(separator: String(Spelling.separator)), dictionary))
    }
    return buffers.map(\.path).filter { !used.contains($0) }
  }

  /// Whether the checkpoint's buffers are those of the dialect's optimiser: a momentum of SGD is of
  /// other gradients than one of LARS.
  private func isSameFamily(_ slots: Set<String>) -> Bool {
    guard let theirs = dialect.file.recipe?.optimizer?.family else { return true }
    let mine =
      checkpoint.recipe.optimizer?.family ?? (slots.contains("momentum") ? "lars" : "adam")
    return theirs == mine
  }

  /// Buffers that have names of their own, as Haiku's do.
  private func addBuffersByRule(
    _ buffers: [Checkpoint.Entry], _ values: inout [(String, Node)], _ notes: inout [String],
    _ factors: inout [String: Double]
  ) throws -> [String] {
    var leftOut: [String] = []
    let hasPlaces = form.rules.contains { rule in
      guard case .tensor(let native, _) = rule.destination else { return false }
      return native.text.hasPrefix("optimizer/")
    }
    guard hasPlaces else { return buffers.map(\.path) }
    let slots = Set(buffers.map { String($0.path.split(separator: "/")[1]) })
    guard isSameFamily(slots) else {
      notes.append("\(dialect.title) trains with another optimiser: its state begins anew")
      return buffers.map(\.path)
    }
    let scale = try bufferScale(&notes)
    for var buffer in buffers {
      if scale != 1, buffer.path.hasPrefix("optimizer/momentum/") {
        factors[buffer.path] = scale
        buffer.tensor = try buffer.tensor.multiplied(by: scale)
      }
      let found = try names(of: buffer)
      values += found.map { ($0.name, $0.value) }
      if found.isEmpty { leftOut.append(buffer.path) }
    }
    return leftOut
  }

  /// A parameter as the optimiser numbers it.
  struct Numbered {
    var path: String
    var axes: AxisRule?
  }

  /// The parameters, group by group, in the order of their numbers.
  private func order(_ text: OptimizerText, _ named: [Named]) -> [[Numbered]] {
    var seen: Set<String> = []
    let parameters = named.compactMap { one -> (name: String, numbered: Numbered)? in
      guard NativeNames.isParameter(one.path), seen.insert(one.path).inserted else { return nil }
      return (
        String(one.name.dropFirst(prefix.count)),
        Numbered(path: one.path, axes: one.axes)
      )
    }
    guard let groups = text.groups else {
      let all = parameters.map(\.numbered)
      return text.groupPerTensor == true ? all.map { [$0] } : [all]
    }
    let grouped = groups.map { group in
      group.under.flatMap { start in
        let start = form.spelling.apply(start)
        return parameters.filter {
          $0.name.hasPrefix(start)
            && group.has($0.numbered.path, isWeight: $0.numbered.path.hasSuffix("/weight"))
        }.map(\.numbered)
      }
    }
    return text.groupPerTensor == true ? grouped.flatMap { $0.map { [$0] } } : grouped
  }

  /// The groups with their constants: the dialect's, and over them those of the checkpoint's run.
  private func groups(_ text: OptimizerText, _ order: [[Numbered]]) -> [Node] {
    var number = 0
    let known = checkpoint.recipe.optimizer?.hyperparameters ?? [:]
    return order.enumerated().map { position, parameters in
      var values = text.defaults ?? [:]
      for (key, value) in known where values[key] != nil { values[key] = .real(value) }
      if let lr = checkpoint.recipe.optimizer?.lastLR ?? known["lr"] { values["lr"] = .real(lr) }
      if let groups = text.groups, groups.indices.contains(position) {
        values.merge(groups[position].values ?? [:]) { $1 }
      }
      let numbers = parameters.map { _ -> Node in
        defer { number += 1 }
        return .integer(number)
      }
      return .dict(
        values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.node) }
          + [("params", .sequence(kind: "list", numbers))])
    }
  }

  /// What a momentum buffer is multiplied by, because one program keeps the learning rate in it and the
  /// other outside.
  private func bufferScale(_ notes: inout [String]) throws -> Double {
    let theirs = dialect.file.recipe?.optimizer?.lrInBuffer ?? false
    let mine = checkpoint.recipe.optimizer?.lrInBuffer ?? false
    guard theirs != mine else { return 1 }
    guard let lr = checkpoint.recipe.optimizer?.lastLR, lr > 0, lr.isFinite else {
      throw Failure(
        .usage, place: "recipe.optimizer.last_lr",
        "the momentum of \(dialect.name) \(theirs ? "contains" : "does not contain") the learning "
          + "rate, and the last one is "
          + (checkpoint.recipe.optimizer?.lastLR == 0 ? "0" : "not known")
          + ": --set recipe.optimizer.last_lr=... says it, --drop 'optimizer/*' leaves the state out"
      )
    }
    notes.append(
      "momentum was \(theirs ? "multiplied" : "divided") by the last learning rate \(lr): exact only "
        + "where the learning rate was constant")
    return theirs ? lr : 1 / lr
  }
}
