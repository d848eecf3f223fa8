import Tensors

/// Numbers about a tensor's values.
public struct TensorStatistics: Codable, Hashable, Sendable {
  /// The smallest finite value.
  public var min: Double
  /// The largest finite value.
  public var max: Double
  /// The mean of the finite values.
  public var mean: Double
  /// Root of the mean square of the finite values.
  public var rms: Double
  /// Values that are not numbers.
  public var nan: Int
  /// Values that are infinite.
  public var infinite: Int
  /// Output channels that give nothing: weights all zero, or a batch-norm scale of zero, or a running
  /// variance of zero.
  public var deadChannels: Int

  enum CodingKeys: String, CodingKey {
    case min, max, mean, rms, nan, infinite
    case deadChannels = "dead_channels"
  }

  /// Reads the whole tensor.
  ///
  /// - Throws: `Failure` where it cannot be read.
  public init(of entry: Checkpoint.Entry) throws {
    let tensor = entry.tensor
    let leaf = entry.path.split(separator: "/").last ?? ""
    let isChannelled = ["weight", "scale", "variance"].contains(leaf) && !tensor.shape.isEmpty
    let rowLength = isChannelled ? tensor.count / Swift.max(tensor.shape[0], 1) : 0
    min = .infinity
    max = -.infinity
    var sum = 0.0
    var squares = 0.0
    var finite = 0
    nan = 0
    infinite = 0
    deadChannels = 0
    mean = 0
    rms = 0
    var rowIsDead = true
    var index = 0
    // A part at a time: as float64 a large tensor would take twice its memory.
    try tensor.forEachDoubles { values in
      for value in values {
        if isChannelled {
          if index % rowLength == 0 { rowIsDead = true }
          if value != 0 { rowIsDead = false }
          if index % rowLength == rowLength - 1, rowIsDead { deadChannels += 1 }
        }
        index += 1
        if value.isNaN {
          nan += 1
        } else if value.isInfinite {
          infinite += 1
        } else {
          finite += 1
          sum += value
          squares += value * value
          if value < min { min = value }
          if value > max { max = value }
        }
      }
    }
    mean = finite > 0 ? sum / Double(finite) : 0
    rms = finite > 0 ? (squares / Double(finite)).squareRoot() : 0
    // JSON has no infinities: a tensor without finite values shows zeros, and its counts tell why.
    if finite == 0 {
      min = 0
      max = 0
    }
  }
}
