import Checkpoints
import Tensors

extension Reference {
  /// How far float32 and float64 outputs of a checkpoint lie apart on this reference's inputs: the
  /// largest max|a - b| / max|b| over the outputs that the reference has.
  ///
  /// - Throws: `Failure` where a network cannot be run.
  func rounding(of checkpoint: Checkpoint) throws -> Double {
    var worst = 0.0
    for batch in batches {
      let input = try batch.input(checkpoint.contract.input)
      for branch in Branch.allCases where checkpoint.roles.contains(branch.encoder) {
        let wanted = batch.outputs.filter { $0.branch == branch }
        guard let last = wanted.compactMap({ Output(rawValue: $0.stage) }).max() else { continue }
        let request = ForwardRequest(branch: branch, input: input, until: last)
        let results = try [OpenBLASEngine.Precision.float32, .float64].map {
          try OpenBLASEngine(precision: $0, threads: 2).run(request, on: checkpoint).outputs
        }
        for expected in wanted {
          guard let output = Output(rawValue: expected.stage), let single = results[0][output],
            let exact = results[1][output]
          else { continue }
          worst = max(worst, Agreement(name: expected.key, of: single, with: exact).error)
        }
      }
    }
    return worst
  }
}
