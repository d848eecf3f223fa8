import Checkpoints
import Tensors

/// What the weights alone tell of a network's health.
///
/// Each rule has its limit and the reason for it; none needs a forward pass.
public struct WeightFindings: Sendable {
  /// The rules' findings, the worst first.
  public private(set) var all: [Finding] = []

  let checkpoint: Checkpoint
  let pass: WeightsPass
  /// Steps that were made, where the checkpoint tells.
  let step: Int?

  /// Judges a pass over a checkpoint.
  ///
  /// - Parameters:
  ///   - step: updates that were made, where it is known.
  ///   - lag: how far the target is from the online network, in units of what its recipe gives; nil
  ///     where that cannot be told.
  public init(_ checkpoint: Checkpoint, _ pass: WeightsPass, step: Int?, lag: Double? = nil) {
    self.checkpoint = checkpoint
    self.pass = pass
    self.step = step
    findNotFinite()
    findDeadChannels()
    findConstantWeights()
    findScales()
    findVariances()
    findUntouchedStatistics()
    findMomentum()
    findTarget(lag)
    all.sort { $0.severity < $1.severity }
  }

  mutating func add(
    _ severity: Finding.Severity, _ code: Finding.Code, _ place: String, _ message: String,
    _ advice: String
  ) {
    all.append(Finding(severity, code, place, message, advice: advice))
  }

  /// The measures of weights and statistics, in the order of their names.
  var weights: [TensorMeasures] {
    pass.tensors.values.filter { Role(of: $0.path).isWeights }.sorted { $0.path < $1.path }
  }

  /// Measures by role, in the order of roles.
  func byRole(_ measures: [TensorMeasures]) -> [(role: Role, measures: [TensorMeasures])] {
    let groups = Dictionary(grouping: measures) { Role(of: $0.path) }
    return Role.allCases.compactMap { role in groups[role].map { (role, $0) } }
  }

  /// One NaN spreads to every output: no limit but zero would do.
  private mutating func findNotFinite() {
    let bad = pass.tensors.values.filter { $0.nan + $0.infinite > 0 }.sorted { $0.path < $1.path }
    for (role, measures) in byRole(bad) {
      let nan = measures.reduce(0) { $0 + $1.nan }
      let infinite = measures.reduce(0) { $0 + $1.infinite }
      let counts = [(nan, "NaN"), (infinite, "infinite")].filter { $0.0 > 0 }
        .map { "\(Numbers.grouped($0.0)) \($0.1)" }.joined(separator: " and ")
      add(
        .error, .notFinite, role.rawValue,
        "\(counts) in \(measures.map(\.path).enumerated())",
        "Go back to an earlier checkpoint; train on with a smaller learning rate, a longer warm-up, "
          + "or in float32 instead of a half type.")
    }
  }

  /// Rows of exact zeros: an optimiser does not reach zero in all numbers of a row by itself, but
  /// pruning, a lost tensor and a channel that never had a gradient under weight decay do.
  private mutating func findDeadChannels() {
    let weights = weights.filter { $0.path.hasSuffix("/weight") && $0.shape.count > 1 }
    let dead = weights.filter { $0.zeroRows > 0 && !isMade($0) }
    for (role, measures) in byRole(dead) {
      let channels = measures.reduce(0) { $0 + $1.zeroRows }
      let whole = measures.filter(\.isZero).map { layer($0.path) }
      // A head of zeros is how many programs begin one.
      let isHead = role == .onlineHeads || role == .targetHeads
      let all = weights.filter { Role(of: $0.path) == role }.reduce(0) { $0 + $1.shape[0] }
      add(
        isHead ? .note : whole.isEmpty ? Self.severity(channels, of: all) : .error, .deadChannels,
        role.rawValue,
        "\(Numbers.counted(channels, "output channel")) of \(Numbers.grouped(all)) have weights of zero: "
          + measures.map { layer($0.path) }.enumerated()
          + (whole.isEmpty ? "" : "; nothing is left of \(whole.enumerated())"),
        isHead
          ? "A head that was not trained gives the same answer for every picture: train it first."
          : "They give the same for every picture. If nobody pruned them, compare with the source "
            + "(byol-verify) and go back to a checkpoint that has them.")
    }
  }

  /// A weight of one number has one output for all channels; random or trained numbers never agree.
  private mutating func findConstantWeights() {
    let constant = weights.filter {
      $0.path.hasSuffix("/weight") && $0.shape.count > 1 && $0.count > 1 && $0.isConstant
        && !$0.isZero && !isMade($0)
    }
    for (role, measures) in byRole(constant) {
      add(
        .error, .constantWeight, role.rawValue,
        "every number is the same in \(measures.map { layer($0.path) }.enumerated())",
        "The layer was filled, not trained or loaded: convert again, and look at what the source has."
      )
    }
  }

  /// A few dead channels among many cost little: up to one in twenty is a note.
  static func severity(_ dead: Int, of all: Int) -> Finding.Severity {
    dead * 20 > all ? .warning : .note
  }

  /// Whether a network was made by the user's word, with random weights or as a copy.
  private func isMade(_ measures: TensorMeasures) -> Bool {
    checkpoint.provenance.made?[Role(of: measures.path).rawValue] != nil && (step ?? 0) == 0
  }

  /// A path without its leaf.
  func layer(_ path: String) -> String {
    path.split(separator: "/").dropLast().joined(separator: "/")
  }
}
