import Tensors

extension InferenceReading {
  /// The batch norms whose vectors are weights: of networks, and of what stands apart.
  private var weightNorms: [FoundNorm] {
    let count = structure.networks.first?.norms.first?.vectors.count
    let networks = structure.networks.indices.filter {
      if case .weights = copies[$0] { true } else { false }
    }
    let loose = structure.loose.indices.filter { owners[$0] != .nobody }
    return
      (networks.flatMap { structure.networks[$0].norms }
      + loose.flatMap { structure.loose[$0].norms }).filter { $0.vectors.count == count }
  }

  private var foretold: StatisticsForetold {
    StatisticsForetold(items: items, kernelAxes: structure.kernelAxes)
  }

  mutating func decideLabels() throws {
    let reading = LabelReading(items: items, norms: weightNorms)
    let network = structure.networks.indices.first {
      if case .weights = copies[$0] { true } else { false }
    }
    guard let network else { return }
    let decision: LabelDecision
    switch reading.count {
    case 2: decision = try reading.affine()
    case 4:
      let norms = structure.networks[network].norms
      let statistics = Dictionary(norms.map { ($0.place, $0.vectors) }) { first, _ in first }
      decision = try reading.whole {
        try foretold.scores(structure.networks[network], statistics: statistics, $0)
      }
    default: return
    }
    labels = [decision.labels] + decision.others
    ask(
      .labels, "what batch norm's vectors are", labels.map(Self.text), isSure: decision.isSure,
      decision.evidence, "a reference (--expect), or names")
  }

  private static func text(_ labels: [NormLabels.Label]) -> String {
    labels.map(\.rawValue).joined(separator: ", ")
  }

  mutating func decideStates() throws {
    guard !structure.states.isEmpty else { return }
    let counts = Set(structure.states.flatMap { $0.map(\.vectors.count) })
    guard structure.states.count == networkCount, networkCount <= 3, counts.count == 1,
      let pattern = labels.first,
      let decision = try LabelReading(items: items, norms: structure.states.flatMap { $0 })
        .statistics()
    else { return }
    stateLabels = [decision.labels] + decision.others
    ask(
      .stateLabels, "what running statistics are", stateLabels.map(Self.text),
      isSure: decision.isSure, decision.evidence, "a reference (--expect), or names")
    stateOwners = permutations(Array(0..<networkCount))
    guard networkCount > 1 else { return }
    let networks = (0..<networkCount).compactMap { copies.firstIndex(of: .weights($0)) }
      .map { structure.networks[$0] }
    let owners = structure.states.compactMap { list in
      named(list.flatMap(\.vectors), among: networks)
    }
    if owners.count == 2, Set(owners).count == 2 {
      stateOwners = [owners]
      ask(
        .states, "which statistics are whose", ["those of the same words"], isSure: true,
        "their names say it", "names")
      return
    }
    let labelling = StatisticsForetold.Labelling(
      scale: pattern.firstIndex(of: .scale) ?? 0, offset: pattern.firstIndex(of: .offset) ?? 0,
      mean: decision.labels.firstIndex(of: .mean) ?? 0,
      variance: decision.labels.firstIndex(of: .variance) ?? 0)
    var ranked: [(owners: [Int], score: Double, count: Int)] = []
    for owners in stateOwners {
      var (sum, count) = (0.0, 0)
      for (list, owner) in zip(structure.states, owners) {
        guard let network = copies.firstIndex(of: .weights(owner)) else { continue }
        let statistics = Dictionary(list.map { ($0.place, $0.vectors) }) { first, _ in first }
        let score = try foretold.scores(
          structure.networks[network], statistics: statistics, [labelling])[0]
        sum += score.mean.correlation / Double(networkCount)
        count += score.count
      }
      ranked.append((owners, sum, count))
    }
    ranked.sort { $0.score > $1.score }
    let margin = ranked[0].score - ranked[1].score
    let isSure = margin > max(0.05, 5 / Double(max(ranked[0].count, 1)).squareRoot())
    stateOwners = ranked.map(\.owners)
    ask(
      .states, "which statistics are whose",
      stateOwners.map { $0 == $0.sorted() ? "in the order of the weights" : "in another order" },
      isSure: isSure,
      "weights foretell \(Numbers.grouped(ranked[0].count)) means with correlation "
        + "\(Numbers.fixed(ranked[0].score, 2)), exchanged \(Numbers.fixed(ranked[1].score, 2))",
      "a reference (--expect), or names")
  }
}
