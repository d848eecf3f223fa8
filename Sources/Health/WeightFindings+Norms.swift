import Checkpoints
import Tensors

extension WeightFindings {
  /// A batch norm's scale is the standard deviation of its output: a millionth is rounding error beside
  /// channels of about 1.
  static let leastScale = 1e-6
  /// How far below zero, in standard deviations of a batch norm's output, its mean lies where the ReLU
  /// behind it lets nothing through: one value of a billion of a normal distribution is beyond 6.
  static let deepestOffset = 6.0

  /// Scales of zero, and channels whose offset is so far below zero that ReLU makes them zero.
  mutating func findScales() {
    var (zero, dead): ([Channels], [Channels]) = ([], [])
    for measures in weights where measures.path.hasSuffix("/scale") {
      let path = layer(measures.path)
      guard let scale = values(measures.path) else { continue }
      let without = scale.count { abs($0) <= Self.leastScale }
      if without > 0 { zero.append(Channels(path, without, of: scale.count)) }
      guard isBeforeReLU(path), let offset = values(path + "/offset"),
        offset.count == scale.count
      else { continue }
      let under = zip(scale, offset).count { scale, offset in
        abs(scale) > Self.leastScale && offset < -Self.deepestOffset * abs(scale)
      }
      if under > 0 { dead.append(Channels(path, under, of: scale.count)) }
    }
    report(zero: zero)
    for (role, layers) in grouped(dead) {
      let (count, all) = (layers.reduce(0) { $0 + $1.count }, channels(role))
      add(
        Self.severity(count, of: all), .deadReLU, role.rawValue,
        "\(Numbers.counted(count, "channel")) of \(Numbers.grouped(all)) lie more than "
          + "\(Int(Self.deepestOffset)) standard deviations below zero before a ReLU: "
          + layers.map(\.description).enumerated(),
        "They are zero for every picture and have no gradient: a smaller learning rate keeps more "
          + "channels alive. Nothing is lost by leaving them out.")
    }
  }

  private mutating func report(zero: [Channels]) {
    for (role, layers) in grouped(zero) {
      // The last batch norm of a block begins with zeros in many programs (Goyal and others 2017,
      // section 5.1), so before the first update this is as it should be.
      let fresh = (step ?? 0) == 0 && layers.allSatisfy { $0.count == $0.all }
      let whole = layers.count { $0.count == $0.all }
      let (count, all) = (layers.reduce(0) { $0 + $1.count }, channels(role))
      add(
        fresh ? .note : whole > 0 ? .warning : Self.severity(count, of: all), .zeroScale,
        role.rawValue,
        "batch norm multiplies \(Numbers.counted(count, "channel")) of \(Numbers.grouped(all)) with "
          + "zero: " + layers.map(\.description).enumerated(),
        fresh
          ? "Residual branches that begin at zero are usual before the first update."
          : whole > 0
            ? "Whole residual branches give nothing. If training has gone on for long, their scale has "
              + "no gradient or too much weight decay: leave it out of weight decay."
            : "These channels give the same for every picture; nothing is lost by leaving them out."
      )
    }
  }

  /// A running variance is a mean of squares: below zero it is damaged, at zero the channel never
  /// changed.
  mutating func findVariances() {
    let variances = weights.filter { $0.path.hasSuffix("/variance") && $0.count > 0 }
    for (role, measures) in byRole(variances.filter { $0.min < 0 }) {
      add(
        .error, .negativeVariance, role.rawValue,
        "a running variance is below zero in \(measures.map { layer($0.path) }.enumerated())",
        "No batch gives that: the statistics are damaged, or another tensor has their name. Compare "
          + "with the source (byol-verify).")
    }
    var zero: [Channels] = []
    for measures in variances where measures.zeros > 0 && measures.min >= 0 {
      zero.append(Channels(layer(measures.path), measures.zeros, of: measures.count))
    }
    for (role, layers) in grouped(zero) {
      let (count, all) = (layers.reduce(0) { $0 + $1.count }, channels(role))
      add(
        Self.severity(count, of: all), .zeroVariance, role.rawValue,
        "\(Numbers.counted(count, "channel")) of \(Numbers.grouped(all)) had a variance of zero: "
          + layers.map(\.description).enumerated(),
        "The layer before is dead there: it gives the same for every picture.")
    }
  }

  /// Means of exactly 0 with variances of exactly 1 are what a batch norm begins with; a batch moves
  /// every one of them.
  mutating func findUntouchedStatistics() {
    let means = weights.filter { $0.path.hasSuffix("/mean") && $0.count > 0 }
    var (whole, parts): ([String], [String]) = ([], [])
    for (role, means) in byRole(means) {
      let untouched = means.filter { mean in
        guard mean.isZero, let variance = pass.tensors[layer(mean.path) + "/variance"] else {
          return false
        }
        return variance.isConstant && variance.min == 1
      }
      if untouched.count == means.count {
        whole.append(role.rawValue)
      } else {
        parts += untouched.map { layer($0.path) }
      }
    }
    if !whole.isEmpty {
      let isFresh = (step ?? 0) == 0
      add(
        isFresh ? .note : .warning, .statisticsNeverUpdated, whole.enumerated(),
        "no running statistic was ever updated",
        isFresh
          ? "That is as it should be before the first update; for inference, batches must pass first."
          : Self.untouchedAdvice)
    }
    if !parts.isEmpty {
      add(
        .warning, .statisticsNeverUpdated, parts.enumerated(),
        "the running statistics of \(Numbers.counted(parts.count, "layer")) were never updated",
        Self.untouchedAdvice)
    }
  }

  private static let untouchedAdvice =
    "In inference these layers normalise with 0 and 1, which is not what was trained: pass batches in "
    + "training mode, or look whether the source keeps the statistics elsewhere."

  // MARK: Channels

  /// Channels of a layer.
  private struct Channels: CustomStringConvertible {
    var layer: String
    var count: Int
    var all: Int

    init(_ layer: String, _ count: Int, of all: Int) {
      self.layer = layer
      self.count = count
      self.all = all
    }

    var description: String { count == all ? "all of \(layer)" : "\(count) of \(layer)" }
  }

  private func grouped(_ layers: [Channels]) -> [(Role, [Channels])] {
    let groups = Dictionary(grouping: layers) { Role(of: $0.layer) }
    return Role.allCases.compactMap { role in groups[role].map { (role, $0) } }
  }

  /// Channels of all batch norms of a role.
  private func channels(_ role: Role) -> Int {
    weights.filter { Role(of: $0.path) == role && $0.path.hasSuffix("/variance") }
      .reduce(0) { $0 + $1.count }
  }

  private func values(_ path: String) -> [Double]? {
    // A vector of channels, which the pass has read before.
    guard let tensor = checkpoint[path], tensor.shape.count == 1 else { return nil }
    return try? tensor.doubles()
  }

  /// Whether a ReLU follows a batch norm directly, in the networks of this layout.
  ///
  /// The last one of a residual block and that of its shortcut are added first (version 1); the
  /// simplicial embedding has a softmax.
  private func isBeforeReLU(_ path: String) -> Bool {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count > 2, let last = parts.last else { return false }
    if parts.contains("sem") || parts.contains("heads") { return false }
    guard parts[1] == "encoder" else { return true }
    if checkpoint.contract.encoder.version == 2 { return true }
    let end = checkpoint.contract.encoder.block == .basic ? "bn1" : "bn2"
    return !parts.contains("shortcut") && last != end
  }
}
