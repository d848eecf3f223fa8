import Tensors

/// Numbers about a tensor's values, from one pass over them.
///
/// All but the counts are of the finite values, and 0 where there is none.
public struct TensorMeasures: Codable, Hashable, Sendable {
  /// Bins of a histogram: enough to see two peaks, few enough for a picture of 120 pixels.
  static let bins = 40

  /// Its native path.
  public var path: String
  /// Its shape in native order.
  public var shape: [Int]
  /// Values that are not numbers.
  public var nan = 0
  /// Values that are infinite.
  public var infinite = 0
  /// Values that are zero.
  public var zeros = 0
  /// Rows of the first axis (output channels of a weight) of which every value is zero.
  public var zeroRows = 0
  /// The smallest value.
  public var min = 0.0
  /// The largest.
  public var max = 0.0
  /// The mean.
  public var mean = 0.0
  /// Root of the mean square.
  public var rms = 0.0
  /// Root of the sum of squares.
  public var norm = 0.0
  /// How often values lie where: within four standard deviations of the mean, and the least and
  /// largest value, beyond which a bin would be one of a thousandth and less.
  public var histogram = Histogram(low: 0, high: 0, counts: [])

  enum CodingKeys: String, CodingKey {
    case path, shape, nan, infinite, zeros, min, max, mean, rms, norm, histogram
    case zeroRows = "zero_rows"
  }

  /// The number of values.
  public var count: Int { shape.reduce(1, *) }
  /// Whether every value is the same finite number.
  public var isConstant: Bool { count > 0 && nan + infinite == 0 && min == max }
  /// Whether there are values, and all are zero.
  public var isZero: Bool { count > 0 && zeros == count }
}

/// `TensorMeasures` in the making.
struct TensorPass {
  private var result: TensorMeasures
  private var histogram = GrowingHistogram()
  private var sum = 0.0
  private var squares = 0.0
  private var finite = 0
  private var low = Double.infinity
  private var high = -Double.infinity
  private let rowLength: Int

  init(_ path: String, _ tensor: Tensor) {
    result = TensorMeasures(path: path, shape: tensor.shape)
    rowLength = tensor.shape.dropFirst().reduce(1, *)
  }

  /// Takes whole rows in.
  mutating func add(_ values: UnsafeBufferPointer<Double>) {
    var largest = 0.0
    for start in stride(from: 0, to: values.count, by: Swift.max(rowLength, 1)) {
      var rowZeros = 0
      for index in start..<Swift.min(start + rowLength, values.count) {
        let value = unsafe values[index]
        guard value.isFinite else {
          if value.isNaN { result.nan += 1 } else { result.infinite += 1 }
          continue
        }
        sum += value
        squares += value * value
        finite += 1
        if value == 0 { rowZeros += 1 }
        if value < low { low = value }
        if value > high { high = value }
        if value.magnitude > largest { largest = value.magnitude }
      }
      result.zeros += rowZeros
      if rowZeros == rowLength { result.zeroRows += 1 }
    }
    unsafe histogram.add(values, largest: largest)
  }

  /// The numbers, after the last part.
  func measures() -> TensorMeasures {
    var result = result
    guard finite > 0 else { return result }
    // Sums of numbers near the largest there is overflow; reports have no infinities.
    func bounded(_ value: Double) -> Double {
      value.isFinite ? value : .greatestFiniteMagnitude
    }
    result.min = low
    result.max = high
    result.mean = (sum / Double(finite)).isFinite ? sum / Double(finite) : (low / 2 + high / 2)
    result.norm = bounded(squares.squareRoot())
    result.rms = bounded((squares / Double(finite)).squareRoot())
    let spread = Swift.max(result.rms * result.rms - result.mean * result.mean, 0).squareRoot()
    let far = spread.isFinite ? 4 * spread : .greatestFiniteMagnitude
    let from = Swift.max(low, result.mean - far)
    let to = Swift.min(high, result.mean + far)
    result.histogram =
      from < to && (to - from).isFinite
      ? histogram.rebinned(from...to, bins: TensorMeasures.bins)
      : Histogram(low: low, high: high, counts: [finite])
    return result
  }
}
