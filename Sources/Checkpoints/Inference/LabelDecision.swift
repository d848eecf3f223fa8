import Tensors

/// The labels of the vectors that every batch norm of a file has, in their order.
struct LabelDecision {
  /// One label for each vector of a batch norm.
  var labels: [NormLabels.Label]
  /// Others that are possible, the likelier first; empty where the labels are sure.
  var others: [[NormLabels.Label]]
  /// What tells, in words.
  var evidence: String
  var isSure: Bool { others.isEmpty }
}

/// Decides labels from names, signs and what weights foretell.
struct LabelReading {
  let items: [UnknownTensor]
  let norms: [FoundNorm]

  /// Vectors of each batch norm.
  var count: Int { norms.first?.vectors.count ?? 0 }

  /// The values at each position of all batch norms.
  func samples() throws -> [NormLabels.Sample] {
    try (0..<count).map { position in
      NormLabels.Sample(
        values: try norms.flatMap { norm in
          norm.vectors.indices.contains(position)
            ? try items[norm.vectors[position]].tensor.doubles() : []
        })
    }
  }

  /// Labels by the words that stand in names, where every position has one of its own.
  func named(_ allowed: [NormLabels.Label]) -> [NormLabels.Label]? {
    var labels: [NormLabels.Label] = []
    for position in 0..<count {
      let words = Set(
        norms.compactMap { norm in
          items[norm.vectors[position]].parts.last.map { $0.lowercased() }
        })
      guard words.count == 1, let word = words.first else { return nil }
      // `running_mean`, `moving_variance`, `gamma:0`.
      let pieces = word.split { !$0.isLetter }.map(String.init)
      let found = allowed.filter { label in pieces.contains { label.words.contains($0) } }
      guard found.count == 1, !labels.contains(found[0]) else { return nil }
      labels.append(found[0])
    }
    return labels
  }

  /// Scale and offset of batch norms that have nothing else here.
  func affine() throws -> LabelDecision {
    if let labels = named([.scale, .offset]) {
      return LabelDecision(labels: labels, others: [], evidence: "their names say it")
    }
    let samples = try samples()
    let ones = samples.map(\.isAroundOne)
    let zeros = samples.map(\.isAroundZero)
    if ones == [true, false], zeros[1] {
      return LabelDecision(
        labels: [.scale, .offset], others: [], evidence: "scales lie around 1, offsets around 0")
    }
    if ones == [false, true], zeros[0] {
      return LabelDecision(
        labels: [.offset, .scale], others: [], evidence: "scales lie around 1, offsets around 0")
    }
    return LabelDecision(
      labels: [.scale, .offset], others: [[.offset, .scale]],
      evidence: "the values of both look alike")
  }

  /// Statistics alone: mean and variance, with what they were before a correction where there are
  /// four.
  func statistics() throws -> LabelDecision? {
    let samples = try samples()
    if count == 2 {
      if let labels = named([.mean, .variance]) {
        return LabelDecision(labels: labels, others: [], evidence: "their names say it")
      }
      let positive = samples.map(\.isNeverNegative)
      let labels: [NormLabels.Label] =
        positive == [true, false] ? [.variance, .mean] : [.mean, .variance]
      let isSure = positive[0] != positive[1]
      return LabelDecision(
        labels: labels, others: isSure ? [] : [[.variance, .mean]],
        evidence: isSure ? "variances are never negative, means are" : "no value is negative")
    }
    guard count == 4 else { return nil }
    let positive = samples.map(\.isNeverNegative)
    // Average and hidden value of one statistic stand together, or the averages do.
    guard
      let pairs = [[0, 1], [0, 2]].first(where: { pair in
        positive.indices.allSatisfy { (positive[$0] == positive[0]) == pair.contains($0) }
      })
    else { return nil }
    let rest = (0..<4).filter { !pairs.contains($0) }
    var labels = [NormLabels.Label](repeating: .mean, count: 4)
    var others: [[NormLabels.Label]] = []
    for pair in [pairs, rest] {
      let (plain, hidden): (NormLabels.Label, NormLabels.Label) =
        positive[pair[0]] ? (.variance, .varianceHidden) : (.mean, .meanHidden)
      let sums = pair.map { samples[$0].values.reduce(0) { $0 + abs($1) } }
      // hidden = average (1 - decay^n) (Haiku's moving average): never larger.
      let first = sums[0] >= sums[1] ? 0 : 1
      labels[pair[first]] = plain
      labels[pair[1 - first]] = hidden
      let isScaled = zip(samples[pair[first]].values, samples[pair[1 - first]].values)
        .allSatisfy { abs($1) <= abs($0) * 1.000_01 && $0 * $1 >= 0 }
      if !isScaled { others = [labels.map { Self.exchanged($0) }] }
    }
    return LabelDecision(
      labels: labels, others: others,
      evidence: "variances are never negative; averages are hidden values, made larger")
  }

  private static func exchanged(_ label: NormLabels.Label) -> NormLabels.Label {
    switch label {
    case .mean: .meanHidden
    case .meanHidden: .mean
    case .variance: .varianceHidden
    case .varianceHidden: .variance
    default: label
    }
  }

  /// All four, by signs and by what weights foretell.
  func whole(
    _ score: ([StatisticsForetold.Labelling]) throws -> [StatisticsForetold.Score]
  ) throws -> LabelDecision {
    if let labels = named([.scale, .offset, .mean, .variance]) {
      return LabelDecision(labels: labels, others: [], evidence: "their names say it")
    }
    let samples = try samples()
    let orders = permutations([NormLabels.Label.scale, .offset, .mean, .variance]).filter { order in
      zip(order, samples).allSatisfy { label, sample in
        switch label {
        case .variance: sample.isNeverNegative
        case .scale: sample.isAroundOne
        default: true
        }
      }
    }
    guard !orders.isEmpty else {
      return LabelDecision(
        labels: [.scale, .offset, .mean, .variance],
        others: [[.offset, .mean, .variance, .scale], [.offset, .scale, .mean, .variance]],
        evidence: "no order fits the values")
    }
    let scores = try score(
      orders.map { order in
        StatisticsForetold.Labelling(
          scale: order.firstIndex(of: .scale) ?? 0, offset: order.firstIndex(of: .offset) ?? 0,
          mean: order.firstIndex(of: .mean) ?? 0, variance: order.firstIndex(of: .variance) ?? 0)
      })
    let ranked = zip(orders, scores).sorted { $0.1.sum > $1.1.sum }
    let best = ranked[0]
    let margin = ranked.count > 1 ? best.1.sum - ranked[1].1.sum : 2
    let count = Double(max(best.1.count, 1))
    let isSure = best.1.mean.correlation > 0.3 && margin > max(0.1, 3 / count.squareRoot())
    return LabelDecision(
      labels: best.0, others: isSure ? [] : ranked.dropFirst().prefix(3).map(\.0),
      evidence: "weights foretell the means of \(Numbers.grouped(best.1.count)) channels with "
        + "correlation \(Numbers.fixed(best.1.mean.correlation, 2)); the next labelling is worse by "
        + Numbers.fixed(margin, 2))
  }
}
