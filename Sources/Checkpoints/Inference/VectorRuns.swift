/// Which vectors belong to which layer, told by their lengths and their order.
///
/// Programs write modules in one order, whether it is that of the forward pass or that of names.
/// Therefore the vectors of a network come in the order of its layers: for each layer a run of batch
/// norm's vectors, the same number for every layer, and a bias where there is one.
struct VectorRuns {
  /// A layer that may own vectors.
  struct Owner {
    /// The position of its weight.
    var layer: Int
    /// The native place of its batch norm, and that one's length.
    var norm: (place: String, length: Int)?
    /// The native place of the layer itself, and its bias' length, where it may have a bias.
    var bias: (place: String, length: Int)?
  }

  /// Vectors of each batch norm.
  var count: Int
  /// The run of each owner, as a range in the list of vectors.
  var runs: [Range<Int>]

  /// The only way in which vectors of these lengths are the owners'; nil where there is none, or
  /// several.
  ///
  /// - Parameter known: vectors of each batch norm, where other layers have told it.
  init?(_ lengths: [Int], _ owners: [Owner], known: Int? = nil) {
    let norms = owners.count { $0.norm != nil }
    guard norms > 0 else {
      guard let runs = Self.runs(lengths, owners, 0) else { return nil }
      (count, self.runs) = (0, runs)
      return
    }
    var found: [VectorRuns] = []
    for count in 1...12 where count * norms <= lengths.count && count == known ?? count {
      if let runs = Self.runs(lengths, owners, count) {
        found.append(VectorRuns(count: count, runs: runs))
      }
    }
    guard found.count == 1 else { return nil }
    self = found[0]
  }

  private init(count: Int, runs: [Range<Int>]) {
    (self.count, self.runs) = (count, runs)
  }

  /// The runs where batch norms have `count` vectors each; nil where there are none, or several.
  private static func runs(_ lengths: [Int], _ owners: [Owner], _ count: Int) -> [Range<Int>]? {
    // For each owner, where its run may begin; filled from the last owner.
    var ways: [[Int: (number: Int, size: Int)]] = Array(repeating: [:], count: owners.count + 1)
    ways[owners.count][lengths.count] = (1, 0)
    for index in owners.indices.reversed() {
      let owner = owners[index]
      let base = owner.norm == nil ? 0 : count
      let length = owner.norm?.length ?? owner.bias?.length ?? 0
      for (end, way) in ways[index + 1] {
        for size in owner.bias == nil ? [base] : [base, base + 1] {
          let start = end - size
          guard start >= 0, lengths[start..<end].allSatisfy({ $0 == length }) else { continue }
          let other = ways[index][start]?.number ?? 0
          ways[index][start] = (min(2, other + way.number), size)
        }
      }
    }
    guard ways[0][0]?.number == 1 else { return nil }
    var result: [Range<Int>] = []
    var start = 0
    for index in owners.indices {
      guard let way = ways[index][start] else { return nil }
      result.append(start..<start + way.size)
      start += way.size
    }
    return result
  }
}
