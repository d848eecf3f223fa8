/// A batch norm that was found: its vectors by their positions in the sequence.
struct FoundNorm {
  /// The native place: `encoder/stem/bn`.
  var place: String
  var vectors: [Int]
  /// Whole numbers that stand with them.
  var counters: [Int] = []
}

/// A run of tensors whose layers were found.
struct FoundNetwork {
  /// A convolution or linear layer.
  struct Layer {
    /// The native place: `encoder/stem/conv`.
    var place: String
    var position: Int
    var bias: Int?
  }

  var range: Range<Int>
  var layers: [Layer] = []
  var norms: [FoundNorm] = []
  /// 1 or 2, where there are convolutions.
  var version = 1

  /// Whether it has a convolution.
  var hasEncoder: Bool { layers.contains { $0.place.hasPrefix("encoder/") } }
  /// Whether it has a layer at a place that begins so.
  func has(_ part: String) -> Bool { layers.contains { $0.place.hasPrefix(part) } }

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - convolutions: the native places of the run's convolutions, by position.
  ///   - matrices: its linear layers.
  ///   - known: vectors of each batch norm, where other runs have told it.
  /// - Returns: nil where its vectors are not those of its layers in their order.
  init?(
    _ items: [UnknownTensor], _ range: Range<Int>, kernels: [Int: (String, KernelOrder.Kernel)],
    matrices: Perceptrons, features: Int, known: Int? = nil
  ) {
    self.range = range
    var linear: [VectorRuns.Owner] = []
    for (name, pairs) in [("projector", matrices.projectors), ("predictor", matrices.predictors)] {
      for pair in pairs {
        linear.append(
          VectorRuns.Owner(
            layer: pair.first.position, norm: (name + "/bn0", pair.first.outputs),
            bias: (name + "/linear0", pair.first.outputs)))
        linear.append(
          VectorRuns.Owner(
            layer: pair.last.position, norm: nil, bias: (name + "/linear1", pair.last.outputs)))
      }
    }
    for (number, head) in matrices.heads.enumerated() {
      let name = number == 0 ? "heads/classifier" : "heads/head\(number)"
      linear.append(
        VectorRuns.Owner(layer: head.position, norm: nil, bias: (name, head.outputs)))
    }
    let vectors = range.filter { items[$0].kind == .vector }
    let lengths = vectors.map { items[$0].length }
    for version in kernels.isEmpty ? [1] : [1, 2] {
      let owners = linear + kernels.map { Self.owner($0, $1.0, $1.1, version) }
      let ordered = owners.sorted { $0.layer < $1.layer }
      for variant in version == 1 ? [ordered] : Self.withFinalNorm(ordered, features) {
        guard let found = VectorRuns(lengths, variant, known: known) else { continue }
        self.version = version
        fill(items, variant, found, vectors)
        takeCounters(items)
        return
      }
    }
    return nil
  }

  /// A convolution and its batch norm: behind it, or in version 2 before it.
  private static func owner(
    _ position: Int, _ place: String, _ kernel: KernelOrder.Kernel, _ version: Int
  ) -> VectorRuns.Owner {
    let isBare = version == 2 && (place == "stem/conv" || place.hasSuffix("shortcut/conv"))
    let norm = "encoder/" + place.replacing("conv", with: "bn")
    return VectorRuns.Owner(
      layer: position,
      norm: isBare ? nil : (norm, version == 1 ? kernel.outputs : kernel.inputs), bias: nil)
  }

  /// Where the last batch norm of version 2 can stand: beside the stem, or behind all blocks.
  private static func withFinalNorm(
    _ owners: [VectorRuns.Owner], _ features: Int
  ) -> [[VectorRuns.Owner]] {
    owners.indices.reversed().compactMap { index in
      let isEdge =
        index + 1 == owners.count || owners[index + 1].norm == nil || owners[index + 1].bias != nil
      guard isEdge else { return nil }
      var longer = owners
      longer.insert(
        VectorRuns.Owner(layer: -1, norm: ("encoder/final/bn", features), bias: nil), at: index + 1)
      return longer
    }
  }

  private mutating func fill(
    _ items: [UnknownTensor], _ owners: [VectorRuns.Owner], _ found: VectorRuns, _ vectors: [Int]
  ) {
    for (owner, run) in zip(owners, found.runs) {
      var mine = Array(vectors[run])
      var bias: Int?
      if owner.bias != nil, mine.count > (owner.norm == nil ? 0 : found.count) {
        bias = Self.takeBias(&mine, besides: owner.layer)
      }
      if let norm = owner.norm { norms.append(FoundNorm(place: norm.place, vectors: mine)) }
      if let place = owner.bias?.place {
        layers.append(Layer(place: place, position: owner.layer, bias: bias))
      }
    }
  }

  /// A bias stands nearer to its weight than batch norm's vectors do.
  private static func takeBias(_ run: inout [Int], besides layer: Int) -> Int? {
    guard let first = run.first, let last = run.last else { return nil }
    return abs(first - layer) <= abs(last - layer) ? run.removeFirst() : run.removeLast()
  }

  /// The run's whole numbers belong to its batch norms in turn.
  private mutating func takeCounters(_ items: [UnknownTensor]) {
    let counters = range.filter { items[$0].kind == .counter }
    norms.share(counters)
  }
}

extension [FoundNorm] {
  /// Gives each batch norm as many of the counters as every other, in their order; leaves them alone
  /// where that does not come out even.
  mutating func share(_ counters: [Int]) {
    guard !isEmpty, counters.count % count == 0 else { return }
    let each = counters.count / count
    for index in indices {
      self[index].counters = Array<Int>(counters[index * each..<(index + 1) * each])
    }
  }
}
