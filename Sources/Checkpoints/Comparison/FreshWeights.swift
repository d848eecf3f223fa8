import Tensors

/// Whether weights look as initialisers leave them.
///
/// Programs draw weights from a normal distribution, one cut at two deviations, or a uniform one around
/// 0; they set scales to 1 or 0, offsets and biases to 0 or to small uniform numbers. Training leaves
/// none of that: weights get heavy tails, scales and offsets move. The shape of a distribution is told by
/// its kurtosis, whatever its width: 3, 2.37 and 1.8.
struct FreshWeights {
  /// Kurtosis of what initialisers draw from.
  static let kurtoses = [3.0, 2.366, 1.8]
  /// The least weights whose kurtosis says something.
  static let leastCount = 64

  /// Whether the tensors of a role look freshly initialised.
  ///
  /// Running statistics are not looked at: a program may have run a batch through the network since.
  ///
  /// - Parameters:
  ///   - entries: the role's tensors.
  ///   - before: the tensor of that path in an earlier checkpoint, with which new weights have nothing
  ///     in common.
  /// - Throws: `Failure` where a tensor cannot be read.
  static func areFresh(
    _ entries: [Checkpoint.Entry], before: (String) -> Tensor?
  ) throws -> Bool {
    var drawn = 0
    for entry in entries {
      let leaf = entry.path.split(separator: "/").last ?? ""
      switch leaf {
      case "mean", "variance": continue
      case "scale":
        guard try isConstant(entry.tensor, among: [0, 1]) else { return false }
      case "offset":
        guard try isConstant(entry.tensor, among: [0]) else { return false }
      case "bias":
        let zero = try isConstant(entry.tensor, among: [0])
        guard try zero || isDrawn(entry.tensor, before: before(entry.path)) else { return false }
      default:
        guard entry.tensor.count >= leastCount else { continue }
        guard try isDrawn(entry.tensor, before: before(entry.path)) else { return false }
        drawn += 1
      }
    }
    return drawn > 0
  }

  private static func isConstant(_ tensor: Tensor, among allowed: [Double]) throws -> Bool {
    var fitting = allowed
    try unsafe NumbersAlongside.forEachPart(of: [tensor]) { part in
      fitting.removeAll { value in unsafe part[0].contains { $0 != value } }
    }
    return !fitting.isEmpty
  }

  /// Whether the numbers are centred, distributed as an initialiser's, and strangers to the earlier ones.
  private static func isDrawn(_ tensor: Tensor, before: Tensor?) throws -> Bool {
    var sums = (one: 0.0, two: 0.0, four: 0.0)
    try unsafe NumbersAlongside.forEachPart(of: [tensor]) { part in
      for index in unsafe part[0].indices {
        let value = unsafe part[0][index]
        let square = value * value
        sums.one += value
        sums.two += square
        sums.four += square * square
      }
    }
    let count = Double(tensor.count)
    let square = sums.two / count
    guard count > 1, square > 0, square.isFinite else { return false }
    // The mean of so many draws lies within five of its own deviations of 0.
    guard abs(sums.one / count) <= 5 * (square / count).squareRoot() else { return false }
    if let before, before.shape == tensor.shape {
      let cosine = try TensorDifference(before, tensor).cosine ?? 0
      guard abs(cosine) <= 5 / count.squareRoot() else { return false }
    }
    // The kurtosis of so many draws lies within five of its deviations of the distribution's own.
    let kurtosis = sums.four / count / (square * square)
    let room = 0.03 + 5 * (24 / count).squareRoot()
    return kurtoses.contains { abs(kurtosis - $0) <= room }
  }
}
