extension InferenceReading {
  mutating func decideOnline() {
    guard networkCount == 2 else {
      let words = structure.networks.flatMap { network in
        network.layers.flatMap { Self.words(items[$0.position].parts) }
      }
      if networkCount == 1, !Self.targetWords.isDisjoint(with: words) {
        ask(
          .online, "which network is online", ["the only one"], isSure: false,
          "its names say target, and there is no other", "--accept-unsure")
      } else if networkCount > 2 {
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
    return named([predictor.position], among: networks)
  }

  /// The one of two networks whose own words all these names have, and none of the other's.
  func named(_ positions: [Int], among networks: [FoundNetwork]) -> Int? {
    guard networks.count == 2 else { return nil }
    let stems = networks.map { network in
      Set(
        network.layers.filter { $0.place == "encoder/stem/conv" }.flatMap {
          Self.words(items[$0.position].parts)
        })
    }
    // A number alone may as well be a layer's.
    let own = [stems[0].subtracting(stems[1]), stems[1].subtracting(stems[0])].map {
      $0.filter { !$0.allSatisfy(\.isNumber) }
    }
    var found: Set<Int> = []
    for position in positions {
      let words = Set(Self.words(items[position].parts))
      let shared = own.map { !$0.isDisjoint(with: words) }
      guard shared[0] != shared[1] else { return nil }
      found.insert(shared[0] ? 0 : 1)
    }
    return found.count == 1 ? found.first : nil
  }

  static let targetWords: Set<String> = [
    "target", "momentum", "teacher", "ema", "slow", "key", "lagging",
  ]
  static let onlineWords: Set<String> = ["online", "student", "query"]

  private static func words(_ parts: [Substring]) -> [String] {
    parts.flatMap { $0.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init) }
  }
}
