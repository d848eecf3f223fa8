/// Numbers of pictures in rows: what a network makes of each.
public struct FeatureMatrix: Sendable, Equatable {
  /// Rows: pictures.
  public let count: Int
  /// Columns: dimensions of the embedding.
  public let width: Int
  /// [count, width], row-major.
  public let values: [Double]

  /// Values of a shape.
  public init(count: Int, width: Int, values: [Double]) {
    precondition(values.count == count * width, "\(values.count) values for \(count)x\(width)")
    self.count = count
    self.width = width
    self.values = values
  }

  /// The first rows.
  public func prefix(_ rows: Int) -> FeatureMatrix {
    let rows = min(rows, count)
    return FeatureMatrix(count: rows, width: width, values: Array(values.prefix(rows * width)))
  }

  /// Whether every number is finite.
  public var isFinite: Bool { values.allSatisfy(\.isFinite) }

  /// The rows less their mean.
  public var centred: FeatureMatrix {
    guard count > 0 else { return self }
    var mean = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for column in 0..<width { mean[column] += values[row * width + column] / Double(count) }
    }
    var centred = values
    for row in 0..<count {
      for column in 0..<width { centred[row * width + column] -= mean[column] }
    }
    return FeatureMatrix(count: count, width: width, values: centred)
  }

  /// The standard deviation of each dimension of the l2-normalised rows, averaged over the dimensions
  /// (Chen and He 2021, "Exploring Simple Siamese Representation Learning", section 4.1).
  ///
  /// It is 0 where all rows point the same way, and `healthyDeviation` at most.
  public var featureDeviation: Double {
    guard count > 0, width > 0 else { return 0 }
    var sum = [Double](repeating: 0, count: width)
    var normalised = values
    for row in 0..<count {
      let range = row * width..<(row + 1) * width
      let norm = max(normalised[range].reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
      for index in range {
        normalised[index] /= norm
        sum[index - range.lowerBound] += normalised[index]
      }
    }
    var squares = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for column in 0..<width {
        let distance = normalised[row * width + column] - sum[column] / Double(count)
        squares[column] += distance * distance
      }
    }
    return squares.reduce(0) { $0 + ($1 / Double(count)).squareRoot() } / Double(width)
  }

  /// The feature standard deviation of directions spread evenly, 1/sqrt(width), which none exceeds.
  public static func healthyDeviation(width: Int) -> Double {
    1 / Double(max(width, 1)).squareRoot()
  }
}
