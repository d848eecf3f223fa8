import Tensors

/// The answers that a file's structure, values and names give to the questions of an inference.
struct InferenceReading: Sendable {
  /// What a copy of the network is.
  enum Copy: Hashable {
    /// Weights; the number of the network among those that differ.
    case weights(Int)
    /// A slot of the optimiser: `momentum`.
    case slot(String)
    /// Not understood.
    case unknown
  }

  let structure: FileStructure
  var copies: [Copy] = []
  /// The network that a loose part belongs to, or nil where it is the online one's.
  var owners: [Owner] = []
  var questions: [Inference.Question] = []
  /// Labels of weights' batch norms, by answer.
  var labels: [[NormLabels.Label]] = []
  /// Labels of statistics that stand apart, by answer.
  var stateLabels: [[NormLabels.Label]] = []
  /// For each answer, the network of each list of statistics.
  var stateOwners: [[Int]] = [[]]
  /// The number of the question about each matter, where there is one.
  var numbers: [Matter: Int] = [:]
  /// The number of different networks.
  var networkCount = 0

  /// What questions are about.
  enum Matter: Hashable {
    case online, labels, stateLabels, states, blocks, twins
  }

  /// Whose a loose part is.
  enum Owner: Hashable {
    case network(Int)
    case online
    case nobody
  }

  init(_ structure: FileStructure, blockOrder: String?) throws {
    self.structure = structure
    try sortCopies()
    sortLoose()
    if let blockOrder {
      ask(.blocks, "the order of blocks", ["that of the file"], isSure: false, blockOrder,
        "names with numbers")
    }
    if structure.hasTwins {
      ask(
        .twins, "which perceptron is the projector", ["the first", "the second"], isSure: false,
        "projector and predictor have the same sizes", "a reference (--expect)")
    }
    try decideLabels()
    try decideStates()
    decideOnline()
  }

  mutating func ask(
    _ matter: Matter, _ subject: String, _ answers: [String], isSure: Bool, _ evidence: String,
    _ settledBy: String
  ) {
    numbers[matter] = questions.count
    questions.append(
      Inference.Question(
        subject: subject, answers: answers, chosen: 0, isSure: isSure, evidence: evidence,
        settledBy: isSure ? nil : settledBy))
  }

  private var items: [UnknownTensor] { structure.items }

  // MARK: copies

  /// Tells weights from an optimiser's buffers, and a network from a second name of it.
  private mutating func sortCopies() throws {
    var originals: [Int] = []
    var slots: Set<String> = []
    for (number, network) in structure.networks.enumerated() {
      if let original = try originals.first(where: { try isSame(structure.networks[$0], network) }),
        originals.count + slots.count < structure.networks.count - 1 || originals.count > 1
          || isShared(structure.networks[original], network)
      {
        copies.append(copies[original])
        continue
      }
      let count = network.norms.first?.vectors.count
      let samples = try LabelReading(
        items: items, norms: network.norms.filter { $0.vectors.count == count }
      ).samples()
      if structure.networks.count == 1 || samples.contains(where: \.isAroundOne) {
        copies.append(.weights(originals.count))
        originals.append(number)
        continue
      }
      let some = network.layers.filter { items[$0.position].tensor.count <= 1 << 20 }.prefix(4)
      let isSquared = try some.allSatisfy {
        try items[$0.position].tensor.floats().allSatisfy { $0 >= 0 }
      }
      let isZero = samples.allSatisfy { $0.values.allSatisfy { $0 == 0 } }
      let slot = isSquared && !isZero ? "exp_avg_sq" : "momentum"
      copies.append(slots.insert(slot).inserted ? .slot(slot) : .unknown)
    }
    networkCount = originals.count
    if slots == ["momentum", "exp_avg_sq"] {
      copies = copies.map { $0 == .slot("momentum") ? .slot("exp_avg") : $0 }
    }
  }

  private func isShared(_ left: FoundNetwork, _ right: FoundNetwork) -> Bool {
    guard let mine = left.layers.last, let theirs = right.layers.last,
      let sharing = items[mine.position].tensor.layout.sharing
    else { return false }
    return sharing == items[theirs.position].tensor.layout.sharing
  }

  /// Whether two networks have the same bits at the same places.
  private func isSame(_ left: FoundNetwork, _ right: FoundNetwork) throws -> Bool {
    func tensors(_ network: FoundNetwork) -> [String: Tensor] {
      var result: [String: Tensor] = [:]
      for layer in network.layers where layer.place.hasPrefix("encoder/") {
        result[layer.place] = items[layer.position].tensor
      }
      for norm in network.norms where norm.place.hasPrefix("encoder/") {
        for (number, vector) in norm.vectors.enumerated() {
          result["\(norm.place) \(number)"] = items[vector].tensor
        }
      }
      return result
    }
    let (mine, theirs) = (tensors(left), tensors(right))
    guard mine.count == theirs.count else { return false }
    for (place, tensor) in mine.sorted(by: { $0.value.count < $1.value.count }) {
      guard let other = theirs[place], try tensor.hasSameBits(as: other) else { return false }
    }
    return true
  }

  /// A loose projector belongs to the network before it; a predictor and heads to the online one.
  private mutating func sortLoose() {
    var taken: Set<Int> = []
    for part in structure.loose {
      let before = structure.networks.lastIndex { $0.range.upperBound <= part.range.lowerBound }
      guard let before, case .weights(let network) = copies[before] else {
        owners.append(.nobody)
        continue
      }
      if part.has("projector/") {
        let hasOne = structure.networks.indices.contains {
          copies[$0] == .weights(network) && structure.networks[$0].has("projector/")
        }
        owners.append(!hasOne && taken.insert(network).inserted ? .network(network) : .nobody)
      } else {
        owners.append(.online)
      }
    }
  }

  // MARK: labels

  /// The batch norms whose vectors are weights: of networks, and of what stands apart.
  private var weightNorms: [FoundNorm] {
    let count = structure.networks.first?.norms.first?.vectors.count
    let networks = structure.networks.indices.filter {
      if case .weights = copies[$0] { true } else { false }
    }
    let loose = structure.loose.indices.filter { owners[$0] != .nobody }
    return (networks.flatMap { structure.networks[$0].norms }
      + loose.flatMap { structure.loose[$0].norms }).filter { $0.vectors.count == count }
  }

  private var foretold: StatisticsForetold {
    StatisticsForetold(items: items, kernelAxes: structure.kernelAxes)
  }

  private mutating func decideLabels() throws {
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

  private mutating func decideStates() throws {
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
    let isSure = margin > 5 / Double(max(ranked[0].count, 1)).squareRoot()
    stateOwners = ranked.map(\.owners)
    ask(
      .states, "which statistics are whose",
      stateOwners.map { $0 == $0.sorted() ? "in the order of the weights" : "in another order" },
      isSure: isSure,
      "weights foretell \(Numbers.grouped(ranked[0].count)) means with correlation "
        + "\(Numbers.fixed(ranked[0].score, 2)), exchanged \(Numbers.fixed(ranked[1].score, 2))",
      "a reference (--expect), or names")
  }

  // MARK: online

  private mutating func decideOnline() {
    guard networkCount == 2 else {
      if networkCount > 2 {
        ask(
          .online, "which network is online", ["network 1"], isSure: false,
          "\(networkCount) different networks, of which BYOL has two", "names")
      }
      return
    }
    let stems = (0..<2).compactMap { number in copies.firstIndex(of: .weights(number)) }.map {
      structure.networks[$0]
    }
    let words = stems.map { network in
      Set(network.layers.flatMap { Self.words(items[$0.position].parts) })
    }
    let isTarget = words.map { !$0.isDisjoint(with: Self.targetWords) }
    let isOnline = words.map { !$0.isDisjoint(with: Self.onlineWords) }
    var (order, isSure, evidence) = ([0, 1], false, "both are alike; the first is taken")
    if isTarget[0] != isTarget[1] {
      (order, isSure) = (isTarget[0] ? [1, 0] : [0, 1], true)
      evidence = "the other one's names say target"
    } else if isOnline[0] != isOnline[1] {
      (order, isSure) = (isOnline[0] ? [0, 1] : [1, 0], true)
      evidence = "its names say online"
    } else if let named = namedPredictor(stems) {
      (order, isSure) = ([named, 1 - named], true)
      evidence = "the predictor stands with it"
    }
    ask(
      .online, "which network is online", order.map { "number \($0 + 1) in the file" },
      isSure: isSure, evidence, "a reference with target outputs (--expect), or names")
  }

  /// The network whose words the only predictor's name has, and not the other's.
  private func namedPredictor(_ networks: [FoundNetwork]) -> Int? {
    let all =
      structure.networks.indices.filter { copies[$0] != .unknown }
      .map { structure.networks[$0] } + structure.loose
    let predictors = all.flatMap { $0.layers.filter { $0.place == "predictor/linear0" } }
    guard predictors.count == 1, let predictor = predictors.first, networks.count == 2 else {
      return nil
    }
    let stems = networks.map { network in
      Set(network.layers.filter { $0.place == "encoder/stem/conv" }.flatMap {
        Self.words(items[$0.position].parts)
      })
    }
    let words = Set(Self.words(items[predictor.position].parts))
    let shared = [stems[0].subtracting(stems[1]), stems[1].subtracting(stems[0])].map {
      !$0.isDisjoint(with: words)
    }
    return shared[0] == shared[1] ? nil : shared[0] ? 0 : 1
  }

  static let targetWords: Set<String> = [
    "target", "momentum", "teacher", "ema", "slow", "key", "lagging",
  ]
  static let onlineWords: Set<String> = ["online", "student", "query"]

  private static func words(_ parts: [Substring]) -> [String] {
    parts.flatMap { $0.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init) }
  }
}
