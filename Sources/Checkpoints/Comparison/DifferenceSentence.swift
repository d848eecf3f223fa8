import Tensors

/// What happened between two checkpoints, in words.
public struct DifferenceSentence: Codable, Hashable, Sendable {
  /// What a sentence is about, for programs.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Nothing differs.
    case same
    /// A role has other numbers.
    case moved
    /// A role only one file has.
    case added, removed
    /// The same weights under other names.
    case renamed
    /// The same numbers in another type.
    case precision
    /// Weights that look freshly initialised.
    case reset
    /// Only running statistics are others.
    case statistics
    /// The target network: still, towards the online one, elsewhere, a copy.
    case target
    /// The optimiser's state.
    case optimizer
    /// The state of training.
    case training
    /// What BYOL does not know.
    case extras
    /// Updates done.
    case steps
    /// What a forward pass needs is another.
    case contract
    /// What a resumed run keeps doing is another.
    case recipe
  }

  /// What it is about.
  public var kind: Kind
  /// The role concerned, where it is one.
  public var role: Role?
  /// The sentence.
  public var text: String
}

extension DifferenceSentence {
  /// Every sentence about a comparison.
  ///
  /// - Throws: `Failure` where a tensor cannot be read.
  static func all(
    of found: CheckpointDifferences, _ one: Checkpoint, _ other: Checkpoint
  ) throws -> [Self] {
    guard !found.same else {
      let words =
        found.tolerance > 0
        ? "the same within \(Numbers.error(found.tolerance))" : "the same, bit for bit"
      return [Self(kind: .same, role: nil, text: "every tensor is \(words)")]
    }
    var result: [Self] = []
    for role in found.roles where role.role.isWeights && role.verdict != .same {
      let tensors = found.tensors.filter { Role(of: $0.path) == role.role }
      result.append(Self.weights(role, tensors))
    }
    // Statistics that were computed anew, or rounding, are no steps that a target would follow.
    let online = result.contains {
      $0.kind == .moved && ($0.role == .onlineEncoder || $0.role == .onlineProjector)
    }
    let targets = result.filter { $0.role == .targetEncoder || $0.role == .targetProjector }
    let isRounded = !targets.isEmpty && targets.allSatisfy { $0.kind == .precision }
    if !isRounded, let target = found.target,
      let sentence = Self.target(target, onlineMoved: online)
    {
      result.append(sentence)
    }
    for role in found.roles where !role.role.isWeights && role.verdict != .same {
      result.append(try Self.others(role, one, other))
    }
    return result + Self.documents(found, one, other)
  }

  /// Encoder, projector, predictor, heads.
  private static func weights(_ role: RoleComparison, _ tensors: [TensorComparison]) -> Self {
    let name = role.role.rawValue
    func said(_ kind: Kind, _ text: String) -> Self {
      Self(kind: kind, role: role.role, text: text)
    }
    if let other = role.sameAs {
      let how = other == role.role ? "under other names" : "\(other.rawValue) of A"
      return said(.renamed, "\(name) of B has the weights of A, \(how)")
    }
    switch role.verdict {
    case .removed: return said(.removed, "\(name) is only in A")
    case .added:
      return said(
        role.looksFresh ? .reset : .added,
        "\(name) is only in B" + (role.looksFresh ? ", and looks freshly initialised" : ""))
    default: break
    }
    if role.looksFresh {
      return said(.reset, "\(name) was reset: in B it looks freshly initialised")
    }
    let changed = tensors.filter { $0.verdict != .same }
    if changed.allSatisfy({ $0.difference?.isRounding == true }), let type = changed[0].b?.dtype {
      let zeroed = changed.reduce(0) { $0 + ($1.difference?.zeroed ?? 0) }
      let lost =
        zeroed > 0 ? "; \(Numbers.counted(zeroed, "number")) too small for it became 0" : ""
      return said(.precision, "\(name) is the same, rounded to \(type.rawValue)\(lost)")
    }
    if changed.allSatisfy({ $0.isStatistic && $0.verdict == .changed }) {
      return said(
        .statistics,
        "the running statistics of \(name) were computed anew; its weights are the same")
    }
    if role.changed == 0 {
      let parts = [
        role.added > 0 ? "\(Numbers.counted(role.added, "tensor")) more in B" : nil,
        role.removed > 0 ? "\(Numbers.counted(role.removed, "tensor")) fewer in B" : nil,
      ].compactMap(\.self)
      let statistics = changed.allSatisfy(\.isStatistic) ? ", running statistics all" : ""
      let kind: Kind = role.removed == 0 ? .added : .removed
      return said(
        kind,
        "\(name) has \(parts.joined(separator: " and "))\(statistics); those of both are the same")
    }
    var words = "\(name) moved: \(role.changed) of \(role.tensorsB) tensors"
    if let relative = role.relative { words += ", by up to \(Numbers.error(relative))" }
    let others = changed.filter { $0.a != nil && $0.b != nil && $0.a?.shape != $0.b?.shape }.count
    let parts = [
      others > 0 ? "\(others) of another shape" : nil,
      role.added > 0 ? "\(role.added) new" : nil, role.removed > 0 ? "\(role.removed) gone" : nil,
    ].compactMap(\.self)
    return said(.moved, ([words] + parts).joined(separator: "; "))
  }

  private static func target(_ target: TargetMovement, onlineMoved: Bool) -> Self? {
    let text: String
    switch target.verdict {
    case .still:
      guard onlineMoved else { return nil }
      text = "the online network moved and the target did not"
    case .copied: text = "the target is now a copy of the online network"
    case .elsewhere: text = "the target moved, and not towards the online network"
    case .follows:
      let share = target.share ?? 0
      var words =
        "the target moved \(Numbers.error(100 * share)) % of the way to the online network"
      if let tau = target.tau, let steps = target.steps {
        let tau = Numbers.fixed(tau, 6)
        words +=
          steps == 1
          ? ": tau is \(tau)" : ": tau is about \(tau) over \(Numbers.grouped(steps)) steps"
      } else {
        words += ": tau is \(Numbers.fixed(1 - share, 6)) if that was one step"
      }
      if let residual = target.residual, residual > 0.01 {
        words += " (\(Numbers.error(100 * residual)) % of the movement is aside of it)"
      }
      text = words
    }
    return Self(kind: .target, role: nil, text: text)
  }

  /// Optimiser, training state, extras.
  private static func others(
    _ role: RoleComparison, _ one: Checkpoint, _ other: Checkpoint
  ) throws -> Self {
    let kind: Kind
    let name: String
    switch role.role {
    case .optimizer: (kind, name) = (.optimizer, "the optimiser's state")
    case .training: (kind, name) = (.training, "the state of training (counters, random numbers)")
    default: (kind, name) = (.extras, "what BYOL does not know (extras)")
    }
    let text: String
    switch role.verdict {
    case .added: text = "\(name) is only in B"
    case .removed: text = "\(name) is only in A"
    default:
      let isReset =
        try role.role == .optimizer && isZero(other, role.role) && !isZero(one, role.role)
      let count = role.changed + role.added + role.removed
      text =
        isReset
        ? "the momentum was reset: the optimiser's state in B is zero throughout"
        : "\(name) is another: \(Numbers.counted(count, "tensor"))"
    }
    return Self(kind: kind, role: role.role, text: text)
  }

  private static func isZero(_ checkpoint: Checkpoint, _ role: Role) throws -> Bool {
    try checkpoint.entries.allSatisfy { entry in
      guard Role(of: entry.path) == role else { return true }
      return try entry.tensor.isOneValue && (entry.tensor.doubles().first ?? 0) == 0
    }
  }

  /// Whether a field of the contract says what shapes say too: the roles' sentences have told of it.
  private static func isShownByTensors(_ field: String) -> Bool {
    field.hasPrefix("mlp.")
      || ["family", "block", "blocks", "channels", "version", "stem.kernel", "strides"].contains {
        field == "encoder.\($0)"
      }
  }

  private static func documents(
    _ found: CheckpointDifferences, _ one: Checkpoint, _ other: Checkpoint
  ) -> [Self] {
    var result: [Self] = []
    if let before = one.recipe.step, let after = other.recipe.step, before != after {
      let steps = Numbers.counted(abs(after - before), "update")
      result.append(
        Self(
          kind: .steps, role: nil,
          text:
            "B is \(steps) \(after > before ? "after" : "before") A (step \(before), step \(after))"
        ))
    }
    let contract = found.contract.filter { !Self.isShownByTensors($0[0]) }.count
    if contract > 0 {
      result.append(
        Self(
          kind: .contract, role: nil,
          text: "the same weights would compute something else: "
            + "\(Numbers.counted(contract, "field")) of the contract differ"
            + (contract == 1 ? "s" : "")))
    }
    let recipe = found.recipe.filter { $0[0] != "step" }.count
    if recipe > 0 {
      result.append(
        Self(
          kind: .recipe, role: nil,
          text: "training would go on otherwise: \(Numbers.counted(recipe, "field")) of the recipe "
            + "differ" + (recipe == 1 ? "s" : "")))
    }
    return result
  }
}
