import Tensors

extension InferenceReading {
  /// Tells weights from an optimiser's buffers, and a network from a second name of it.
  mutating func sortCopies() throws {
    var slots: Set<String> = []
    var weights: [Int] = []
    for (number, network) in structure.networks.enumerated() {
      let count = network.norms.first?.vectors.count
      let samples = try LabelReading(
        items: items, norms: network.norms.filter { $0.vectors.count == count }
      ).samples()
      copies.append(.unknown)
      if structure.networks.count == 1 || samples.contains(where: \.isAroundOne) {
        weights.append(number)
        continue
      }
      let slot = try slot(network, samples)
      if slots.insert(slot).inserted { copies[number] = .slot(slot) }
    }
    if slots == ["momentum", "exp_avg_sq"] {
      copies = copies.map { $0 == .slot("momentum") ? .slot("exp_avg") : $0 }
    }
    try nameWeights(weights)
  }

  /// What an optimiser calls buffers of these values.
  private func slot(_ network: FoundNetwork, _ samples: [NormLabels.Sample]) throws -> String {
    let some = network.layers.filter { items[$0.position].tensor.count <= 1 << 20 }.prefix(4)
    let isSquared = try some.allSatisfy {
      try items[$0.position].tensor.floats().allSatisfy { $0 >= 0 }
    }
    let isZero = samples.allSatisfy { $0.values.allSatisfy { $0 == 0 } }
    return isSquared && !isZero ? "exp_avg_sq" : "momentum"
  }

  /// Numbers the networks that differ; equal ones are one under two names.
  ///
  /// Two that are equal and no third are no such thing: a run that has just begun has a target equal to
  /// its online network, unless the file says that they share their bytes.
  private mutating func nameWeights(_ weights: [Int]) throws {
    var classes: [[Int]] = []
    for number in weights {
      let network = structure.networks[number]
      let known = try classes.firstIndex { try isSame(structure.networks[$0[0]], network) }
      if let known { classes[known].append(number) } else { classes.append([number]) }
    }
    if classes.count == 1, weights.count == 2,
      !isShared(structure.networks[weights[0]], structure.networks[weights[1]])
    {
      classes = weights.map { [$0] }
    }
    for (index, members) in classes.enumerated() {
      for member in members { copies[member] = .weights(index) }
    }
    networkCount = classes.count
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
  mutating func sortLoose() {
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
}
