import Gradients
import Tensors

/// Embeddings of pictures whose classes are known.
public struct LabelledEmbeddings {
  /// [pictures, width].
  public var embeddings: Rows<Float>
  /// The class of each picture.
  public var labels: [Int]

  /// Embeddings and as many labels.
  public init(_ embeddings: Rows<Float>, labels: [Int]) {
    precondition(embeddings.count == labels.count, "\(embeddings.count), \(labels.count) labels")
    self.embeddings = embeddings
    self.labels = labels
  }

  /// The number of pictures.
  public var count: Int { labels.count }

  /// Those of the given numbers, in that order.
  public subscript(indices: [Int]) -> LabelledEmbeddings {
    LabelledEmbeddings(embeddings[indices], labels: indices.map { labels[$0] })
  }

  /// Refuses embeddings of which no classifier can be made.
  ///
  /// - Throws: `Failure` (`badInput`) where a number is none, naming the picture.
  public func check(_ name: (Int) -> String) throws {
    let width = max(1, embeddings.width)
    if let place = embeddings.values.firstIndex(where: { !$0.isFinite }) {
      throw Failure(
        place: name(place / width), expected: "an embedding of finite numbers",
        found: "\(embeddings.values[place]) in it")
    }
  }
}

extension Rows {
  /// The vectors of the given numbers, in that order.
  subscript(indices: [Int]) -> Rows {
    var values: [Scalar] = []
    values.reserveCapacity(indices.count * width)
    for index in indices { values += self.values[index * width..<(index + 1) * width] }
    return Rows(count: indices.count, width: width, values: values)
  }
}
