import Tensors

/// Pictures of a data set whose classes are known: all of them, or a part.
public struct LabelledPictures: Sendable {
  /// Where they are.
  public let source: any Dataset
  /// Their numbers there.
  public let indices: [Int]
  /// The class of each.
  public let labels: [Int]
  /// The names of the classes.
  public let classes: [String]

  private init(_ source: any Dataset, indices: [Int], labels: [Int], classes: [String]) {
    self.source = source
    self.indices = indices
    self.labels = labels
    self.classes = classes
  }

  /// All pictures of a data set.
  ///
  /// - Throws: `Failure` (`badInput`) where one has no class.
  public init(_ source: any Dataset) throws {
    let labels = try (0..<source.count).map { index in
      guard let label = source.label(index), source.classes.indices.contains(label) else {
        throw Failure(
          place: source.name(index),
          expected: "a class (a folder for each class, or labels beside the arrays)",
          found: source.label(index).map { "class \($0) of \(source.classes.count)" } ?? "none")
      }
      return label
    }
    self.init(source, indices: Array(0..<source.count), labels: labels, classes: source.classes)
  }

  /// The number of pictures.
  public var count: Int { indices.count }

  /// The name of a picture, by its place in this part.
  public func name(_ place: Int) -> String { source.name(indices[place]) }

  /// A part of these pictures, by their places.
  public subscript(places: [Int]) -> LabelledPictures {
    LabelledPictures(
      source, indices: places.map { indices[$0] }, labels: places.map { labels[$0] },
      classes: classes)
  }

  /// The pictures with their classes numbered as in `other`.
  ///
  /// - Throws: `Failure` (`badInput`) where a picture's class is none of them.
  func numbered(as other: LabelledPictures) throws -> LabelledPictures {
    let numbers = Dictionary(
      other.classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let labels = try labels.enumerated().map { place, label in
      guard let number = numbers[classes[label]] else {
        throw Failure(
          place: name(place),
          expected: "a class of the training pictures (\(other.classes.shortList))",
          found: classes[label])
      }
      return number
    }
    return LabelledPictures(source, indices: indices, labels: labels, classes: other.classes)
  }
}

extension [String] {
  /// The first names, and how many more there are.
  var shortList: String {
    prefix(5).joined(separator: ", ") + (count > 5 ? " and \(count - 5) more" : "")
  }
}
