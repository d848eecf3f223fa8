import Tensors

/// The networks of a file, read from its tensors' shapes in one sequence.
struct FileStructure {
  /// The sequence.
  var items: [UnknownTensor]
  var skeleton: ResNetSkeleton
  /// The order of the axes of convolutions.
  var kernelAxes: String
  /// The order of the axes of linear layers, `OI` or `IO`.
  var linearAxes: String
  /// Copies of the network, in the sequence's order.
  var networks: [FoundNetwork]
  /// Linear layers that stand apart from every copy.
  var loose: [FoundNetwork]
  /// Batch norms whose statistics stand apart from the weights, a list for each network.
  var states: [[FoundNorm]]
  /// Whether projector and predictor have the same sizes.
  var hasTwins = false

  /// Every way to read the sequence: one that is found is nearly always the only one.
  static func all(_ items: [UnknownTensor]) -> [FileStructure] {
    let hasMatrices = items.contains { $0.kind == .matrix }
    return KernelOrder.all.flatMap { kernelAxes in
      (hasMatrices ? ["OI", "IO"] : ["OI"]).flatMap { linearAxes in
        all(items, kernelAxes, linearAxes)
      }
    }
  }

  private static func all(
    _ items: [UnknownTensor], _ kernelAxes: String, _ linearAxes: String
  ) -> [FileStructure] {
    let positions = items.indices.filter { items[$0].kind == .kernel }
    let kernels = positions.compactMap { KernelOrder.kernel(items[$0].tensor.shape, kernelAxes) }
    guard !kernels.isEmpty, kernels.count == positions.count, kernels.count <= 10_000 else {
      return []
    }
    let outputs = Set(kernels.map(\.outputs))
    let stems = kernels.count { !outputs.contains($0.inputs) }
    guard let strata = Strata(items, kernels: positions, count: stems) else { return [] }
    let each = kernels.count / stems
    let network = Array(kernels.prefix(each))
    let readings = ResNetSkeleton.all(of: network).compactMap { skeleton in
      ConvolutionOrder(network, skeleton).map { (skeleton: skeleton, order: $0) }
    }
    guard readings.count == 1, readings[0].order.isUnique else { return [] }
    let (skeleton, order) = readings[0]
    var places: [Int: (String, KernelOrder.Kernel)] = [:]
    for (index, position) in positions.enumerated() {
      places[position] = (order.places[index % each], kernels[index])
    }
    let empty = FileStructure(
      items: items, skeleton: skeleton, kernelAxes: kernelAxes, linearAxes: linearAxes,
      networks: [], loose: [], states: [])
    if let whole = empty.reading(strata, places) { return [whole] }
    // Statistics that stand apart, but beside the weights, may have been taken for a part of them.
    return strata.cuts(items).compactMap { empty.reading($0, places) }
  }

  /// The networks of those runs; nil where one of them has vectors that are no layer's.
  private func reading(
    _ strata: Strata, _ places: [Int: (String, KernelOrder.Kernel)]
  ) -> FileStructure? {
    var result = self
    var size: Int?
    for range in strata.copies {
      let layers = perceptrons(range, size)
      size = size ?? layers.projectors.first?.last.outputs
      result.hasTwins = result.hasTwins || layers.areTwins
      let mine = places.filter { range.contains($0.key) }
      guard layers.unknown.isEmpty, layers.projectors.count <= 1, layers.predictors.count <= 1,
        var network = FoundNetwork(
          items, range, kernels: mine, matrices: layers, features: skeleton.features)
      else { return nil }
      network.layers += mine.map {
        FoundNetwork.Layer(place: "encoder/" + $1.0, position: $0, bias: nil)
      }.sorted { $0.position < $1.position }
      result.networks.append(network)
    }
    // A rest may have predictors before projectors: the size of a projection is looked for first.
    for range in strata.rest where size == nil {
      size = perceptrons(range, nil).projectors.first?.last.outputs
    }
    for range in strata.rest {
      guard result.takeRest(range, size) else { return nil }
    }
    result.takeLooseCounters(strata.rest)
    return result
  }

  private func perceptrons(_ range: Range<Int>, _ projection: Int?) -> Perceptrons {
    let layers = range.filter { items[$0].kind == .matrix }.map { position in
      let shape = items[position].tensor.shape
      return linearAxes == "OI"
        ? Perceptrons.Layer(position: position, inputs: shape[1], outputs: shape[0])
        : Perceptrons.Layer(position: position, inputs: shape[0], outputs: shape[1])
    }
    return Perceptrons(layers, features: skeleton.features, projection: projection)
  }

  /// Reads what stands between networks: linear layers, or statistics.
  private mutating func takeRest(_ range: Range<Int>, _ projection: Int?) -> Bool {
    if range.contains(where: { items[$0].kind == .matrix }) {
      let layers = perceptrons(range, projection)
      hasTwins = hasTwins || layers.areTwins
      guard layers.unknown.isEmpty,
        let network = FoundNetwork(
          items, range, kernels: [:], matrices: layers, features: skeleton.features,
          known: networks.first?.norms.first?.vectors.count)
      else { return false }
      loose.append(network)
      return true
    }
    let vectors = range.filter { items[$0].kind == .vector }
    guard !vectors.isEmpty else { return true }
    for count in [2, 1, 3] {
      let states = statistics(range, vectors, count)
      if !states.isEmpty {
        self.states += states
        return true
      }
    }
    return false
  }

  /// Statistics of `count` networks in turn, in the order of the first network's batch norms.
  private func statistics(_ range: Range<Int>, _ vectors: [Int], _ count: Int) -> [[FoundNorm]] {
    guard let norms = networks.first?.norms, vectors.count % count == 0 else { return [] }
    let counters = range.filter { items[$0].kind == .counter }
    let owners = norms.map { norm in
      VectorRuns.Owner(
        layer: 0, norm: (norm.place, norm.vectors.first.map { items[$0].length } ?? 0), bias: nil)
    }
    let each = vectors.count / count
    var result: [[FoundNorm]] = []
    for number in 0..<count {
      let mine = Array(vectors[number * each..<(number + 1) * each])
      guard let runs = VectorRuns(mine.map { items[$0].length }, owners),
        let first = mine.first, let last = mine.last
      else { return [] }
      var found = zip(norms, runs.runs).map { FoundNorm(place: $0.place, vectors: Array(mine[$1])) }
      found.share(counters.filter { (first - 1...last + 1).contains($0) })
      result.append(found)
    }
    return result
  }

  /// Counters that stand before or behind everything belong to the batch norms of the whole file in
  /// their order.
  private mutating func takeLooseCounters(_ rest: [Range<Int>]) {
    guard states.isEmpty else { return }
    let counters = rest.flatMap { $0.filter { items[$0].kind == .counter } }
    guard !counters.isEmpty else { return }
    // The regions in the file's order.
    var regions =
      (networks.indices.map { (networks[$0].range.lowerBound, true, $0) }
        + loose.indices.map { (loose[$0].range.lowerBound, false, $0) })
    regions.sort { $0.0 < $1.0 }
    let free = regions.filter { region in
      let found = region.1 ? networks[region.2] : loose[region.2]
      return found.norms.allSatisfy { $0.counters.isEmpty }
    }
    var all = free.flatMap { ($0.1 ? networks[$0.2] : loose[$0.2]).norms }
    all.share(counters)
    var next = 0
    for region in free {
      if region.1 {
        for index in networks[region.2].norms.indices {
          networks[region.2].norms[index] = all[next]
          next += 1
        }
      } else {
        for index in loose[region.2].norms.indices {
          loose[region.2].norms[index] = all[next]
          next += 1
        }
      }
    }
  }
}
