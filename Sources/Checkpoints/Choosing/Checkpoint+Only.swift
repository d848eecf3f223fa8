import Tensors

extension Checkpoint {
  /// The checkpoint with those of its tensors alone; what was left out is counted as dropped.
  ///
  /// The source's tree goes too: it is that of the whole.
  ///
  /// - Parameter paths: native names, of extras too.
  public func only(_ paths: Set<String>) -> Checkpoint {
    var result = Checkpoint(
      entries: entries.filter { paths.contains($0.path) }, contract: contract, recipe: recipe,
      provenance: provenance, extras: extras.filter { paths.contains($0.path) })
    let roles = result.roles
    if !roles.contains(.onlineProjector), !roles.contains(.targetProjector) {
      result.contract.mlp.projector = []
      result.contract.mlp.projectorBiases = []
      result.contract.sem = nil
    }
    if !roles.contains(.onlinePredictor), !roles.contains(.targetPredictor) {
      result.contract.mlp.predictor = []
      result.contract.mlp.predictorBiases = []
    }
    if let made = provenance.made {
      let kept = made.filter { name, _ in roles.contains { $0.rawValue == name } }
      result.provenance.made = kept.isEmpty ? nil : kept
    }
    if var counts = result.provenance.counts {
      let fewer = entries.count - result.entries.count
      let fewerExtras = extras.count - result.extras.count
      // Numbers of a native source are a file's word: they may not add up, and must not trap.
      counts.used &-= fewer
      counts.extras &-= fewerExtras
      counts.dropped &+= fewer &+ fewerExtras
      result.provenance.counts = counts
    }
    return result
  }

  /// The checkpoint with the tensors of those roles alone.
  ///
  /// - Throws: `Failure` (`usage`) where it has none of the tensors of a part that was asked for.
  public func only(_ choice: RoleChoice) throws -> Checkpoint {
    let all = entries + extras
    let present = Set(all.map { Role(of: $0.path) })
    for part in choice.parts where present.isDisjoint(with: part.roles) {
      let names = Role.allCases.filter(present.contains).map(\.rawValue)
      throw Failure(
        .usage,
        "--only \(part.word): the checkpoint has none; it has \(names.joined(separator: ", "))"
      )
    }
    let roles = choice.roles
    return only(Set(all.map(\.path).filter { roles.contains(Role(of: $0)) }))
  }
}
