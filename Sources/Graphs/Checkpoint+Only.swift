import Checkpoints

extension Checkpoint {
  /// The checkpoint with those of its tensors alone, and without the source's tree; what was left out
  /// is counted as dropped.
  func only(_ paths: Set<String>) -> Checkpoint {
    var result = Checkpoint(
      entries: entries.filter { paths.contains($0.path) }, contract: contract, recipe: recipe,
      provenance: provenance)
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
    if var counts = result.provenance.counts {
      let fewer = entries.count - result.entries.count
      // Numbers of a native source are a file's word: they may not add up, and must not trap.
      counts.used &-= fewer
      counts.dropped &+= fewer &+ counts.extras
      counts.extras = 0
      result.provenance.counts = counts
    }
    return result
  }
}
