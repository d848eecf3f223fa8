import Glibc
public import Networks
import Tensors

/// The most probable classes of each picture.
public struct TopClasses: Sendable, Equatable {
  /// Classes of a picture.
  public let count: Int
  /// Their numbers, [N, count], the most probable first; of two alike the lower number.
  public let classes: [Int]
  /// Their probabilities, the softmax of the logits, [N, count].
  public let probabilities: [Float]

  /// The largest of each row of logits.
  ///
  /// - Parameter count: at most the number of classes is taken.
  public init(of logits: Features, count: Int) {
    let width = logits.size
    let count = min(count, width)
    var classes: [Int] = []
    var probabilities: [Float] = []
    for row in 0..<(logits.shape.first ?? 0) {
      let values = logits.values[row * width..<(row + 1) * width]
      let order = Self.largest(count, of: values)
      let top = order.first.map { values[values.startIndex + $0] } ?? 0
      let total = values.reduce(0.0) { $0 + exp(Double($1 - top)) }
      classes += order
      probabilities += order.map {
        Float(exp(Double(values[values.startIndex + $0] - top)) / total)
      }
    }
    self.count = count
    self.classes = classes
    self.probabilities = probabilities
  }

  /// The positions of the largest values, in order; NaN is smaller than any number.
  private static func largest(_ count: Int, of values: ArraySlice<Float>) -> [Int] {
    var best: [(position: Int, value: Float)] = []
    for (position, value) in values.enumerated() {
      let value = value.isNaN ? -Float.infinity : value
      if best.count == count, let last = best.last, value <= last.value { continue }
      best.insert((position, value), at: best.firstIndex { $0.value < value } ?? best.count)
      if best.count > count { best.removeLast() }
    }
    return best.map(\.position)
  }

  /// The classes of one picture with their probabilities.
  public func row(_ picture: Int) -> [(position: Int, probability: Float)] {
    (picture * count..<(picture + 1) * count).map { (classes[$0], probabilities[$0]) }
  }
}

/// How often a head is right.
public struct HeadAccuracy: Sendable, Codable, Equatable {
  /// Pictures whose class is known.
  public var pictures: Int
  /// The share of them whose class is the most probable one.
  public var top1: Double
  /// The share whose class is among the five most probable.
  public var top5: Double

  /// Compares classes with what is known.
  ///
  /// - Parameter truth: each picture's class, nil where it is not known.
  /// - Throws: `Failure` (`badInput`) where none is known.
  public init(_ logits: Features, truth: [Int?]) throws {
    precondition(truth.count == logits.shape.first, "a class for every row")
    let top = TopClasses(of: logits, count: 5)
    let known = truth.enumerated().compactMap { row, label in label.map { (row, $0) } }
    guard !known.isEmpty else {
      throw Failure(expected: "pictures whose class is known", found: "none")
    }
    func share(_ isRight: ([Int], Int) -> Bool) -> Double {
      let right = known.filter { row, label in isRight(top.row(row).map(\.position), label) }
      return Double(right.count) / Double(known.count)
    }
    pictures = known.count
    top1 = share { $0.first == $1 }
    top5 = share { $0.contains($1) }
  }
}
