import COpenBLAS
import Gradients
import Glibc
import Tensors

/// Classification by the nearest of labelled embeddings, by cosine.
///
/// Neighbours vote alike, or with the weight exp(cosine / T) of Wu, Xiong, Yu and Lin (2018), T = 0.07.
public struct NearestNeighbours {
  /// How neighbours vote.
  public enum Vote: String, Codable, CaseIterable, Sendable {
    /// With exp(cosine / T).
    case weighted
    /// With 1 each.
    case majority
  }

  private let bank: Rows<Float>
  private let labels: [Int]
  private let classes: Int

  /// The embeddings that neighbours are looked for in.
  public init(_ embeddings: Rows<Float>, labels: [Int], classes: Int) {
    precondition(embeddings.count == labels.count, "\(embeddings.count), \(labels.count) labels")
    bank = embeddings.normalised
    self.labels = labels
    self.classes = classes
  }

  /// A neighbour: its number and its cosine.
  public struct Neighbour: Sendable, Hashable {
    /// The number of the embedding.
    public var index: Int
    /// Its cosine with the embedding that is asked about.
    public var cosine: Float
  }

  /// The `count` nearest of each embedding, the nearest first; of equally near ones the first.
  public func neighbours(of embeddings: Rows<Float>, count: Int) -> [[Neighbour]] {
    precondition(embeddings.width == bank.width, "embeddings of \(embeddings.width)")
    let queries = embeddings.normalised
    let count = min(count, bank.count)
    // A block's cosines take 32 MB.
    let block = max(1, min(queries.count, 8_388_608 / max(1, bank.count)))
    var cosines = [Float](repeating: 0, count: block * bank.count)
    var result: [[Neighbour]] = []
    result.reserveCapacity(queries.count)
    for start in stride(from: 0, to: queries.count, by: block) {
      let rows = min(block, queries.count - start)
      unsafe queries.values.withUnsafeBufferPointer { values in
        guard let first = values.baseAddress else { return }
        unsafe cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(bank.count),
          Int32(bank.width), 1, first + start * bank.width, Int32(bank.width), bank.values,
          Int32(bank.width), 0, &cosines, Int32(bank.count))
      }
      unsafe cosines.withUnsafeBufferPointer { cosines in
        for row in 0..<rows {
          let own = unsafe cosines[row * bank.count..<(row + 1) * bank.count]
          unsafe result.append(Self.greatest(count, of: UnsafeBufferPointer(rebasing: own)))
        }
      }
    }
    return result
  }

  /// [count, classes]: the votes of the `k` first neighbours.
  public func votes(of neighbours: [[Neighbour]], k: Int, vote: Vote, temperature: Double = 0.07)
    -> Rows<Float>
  {
    var values = [Float](repeating: 0, count: neighbours.count * classes)
    for (row, near) in neighbours.enumerated() {
      for neighbour in near.prefix(k) {
        // Less 1, the greatest cosine: only the votes' ratios count, and none overflows.
        let weight =
          vote == .majority ? 1 : Float(exp((Double(neighbour.cosine) - 1) / temperature))
        values[row * classes + labels[neighbour.index]] += weight
      }
    }
    return Rows(count: neighbours.count, width: classes, values: values)
  }

  /// The greatest values, by insertion: most values are smaller than all of them and cost a comparison.
  private static func greatest(_ count: Int, of values: UnsafeBufferPointer<Float>) -> [Neighbour] {
    var best: [Neighbour] = []
    best.reserveCapacity(count + 1)
    var least = -Float.infinity
    for index in values.indices {
      let value = unsafe values[index]
      guard value > least || best.count < count else { continue }
      var place = best.count
      while place > 0, best[place - 1].cosine < value { place -= 1 }
      best.insert(Neighbour(index: index, cosine: value), at: place)
      if best.count > count { best.removeLast() }
      if best.count == count, let last = best.last { least = last.cosine }
    }
    return best
  }
}

extension Rows where Scalar == Float {
  /// The vectors at length 1; what is shorter than 1e-12 is only multiplied by 1e12.
  var normalised: Rows<Float> {
    var copy = self
    for row in 0..<count {
      let range = row * width..<(row + 1) * width
      let square = values[range].reduce(0) { $0 + Double($1) * Double($1) }
      let scale = Float(1 / max(square.squareRoot(), 1e-12))
      for index in range { copy.values[index] = values[index] * scale }
    }
    return copy
  }
}
