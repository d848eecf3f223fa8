import Checkpoints
import Tensors

/// The networks that the user asks to be made, in the words of the command line.
struct MissingNetworks {
  /// Whether the target begins where the online network is.
  let hasTarget: Bool
  /// The predictor's hidden width as it was asked for; nil for the usual one.
  let hidden: Int?
  /// Whether a predictor is made.
  let hasPredictor: Bool
  /// Where the generator of random weights begins.
  let seed: UInt64

  /// Reads `from-online`, and `random` or `random:4096`.
  ///
  /// - Throws: `Failure` (`usage`) where they are other words.
  init(_ options: ConversionOptions) throws {
    hasTarget = options.target != nil
    guard options.target == nil || options.target == "from-online" else {
      throw Failure(.usage, "--target is from-online, not '\(options.target ?? "")'")
    }
    let words = (options.predictor ?? "").split(separator: ":", omittingEmptySubsequences: false)
    hasPredictor = options.predictor != nil
    hidden = words.count == 2 ? Int(words[1]) : nil
    guard !hasPredictor || (words[0] == "random" && (words.count == 1 || hidden ?? 0 > 0)) else {
      throw Failure(
        .usage,
        "--predictor is random, or random:4096 with the hidden width, not '\(options.predictor ?? "")'"
      )
    }
    guard hasPredictor || options.seed == nil else {
      throw Failure(.usage, "--seed goes with --predictor random")
    }
    seed = options.seed ?? 0
  }

  /// Makes them.
  ///
  /// A program's own way to begin a predictor is that of the output's dialect, or else the source's; the
  /// target's predictor is made where the output's dialect has a place for it.
  ///
  /// - Throws: `Failure` (`usage`) where the checkpoint has them, or not what they are made from.
  func make(in checkpoint: inout Checkpoint, output: Dialect?, source: Dialect?) throws {
    if hasPredictor {
      let name = checkpoint.provenance.dialect?.name
      let origin = try name.flatMap { Dialects.names.contains($0) ? try Dialects.named($0) : nil }
      let initialiser = (output ?? source ?? origin)?.initialiser ?? .kaimingUniform
      try checkpoint.makePredictor(hidden: hidden, seed: seed, initialiser: initialiser)
    }
    if hasTarget {
      try checkpoint.makeTarget(withPredictor: try output?.holds(.targetPredictor) ?? false)
    }
  }
}
