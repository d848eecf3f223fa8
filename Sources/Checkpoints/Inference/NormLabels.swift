import Tensors

/// What the vectors of batch norms are, told by their values.
///
/// * A variance is never negative; a mean is, for some channel. Scales begin at one, offsets at zero.
/// * The mean of a channel is linear in what comes in: behind a batch norm with scale g and offset b,
///   and a ReLU, a channel's mean is b P(b/g) + g p(b/g), with P and p the normal distribution and its
///   density; the next convolution's sums of those are the next running means. Running variances follow
///   likewise. So weights foretell statistics, and the labels that foretell best are the right ones.
struct NormLabels {
  /// What a vector of a batch norm is.
  enum Label: String, CaseIterable {
    case scale, offset, mean, variance
    case meanHidden = "mean_hidden"
    case varianceHidden = "variance_hidden"

    /// Words that programs use for it.
    var words: [String] {
      switch self {
      case .scale: ["scale", "gamma", "weight", "gain"]
      case .offset: ["offset", "beta", "bias", "shift"]
      case .mean: ["mean"]
      case .variance: ["var", "variance"]
      case .meanHidden, .varianceHidden: []
      }
    }
  }

  /// What the values at one position of all runs have in common.
  struct Sample {
    var values: [Double]

    var isNeverNegative: Bool { values.allSatisfy { $0 >= 0 } }
    var isSigned: Bool { values.contains { $0 < 0 } && values.contains { $0 > 0 } }
    var isFinite: Bool { values.allSatisfy(\.isFinite) }

    /// Whether these could be scales: around one, hardly ever negative.
    var isAroundOne: Bool {
      let positive = values.count { $0 > 0.05 }
      let sum = values.reduce(0, +) / Double(max(values.count, 1))
      return Double(positive) >= 0.9 * Double(values.count) && sum > 0.3 && sum < 4
    }

    /// Whether these could be offsets: around zero.
    var isAroundZero: Bool {
      let low = values.count { $0 <= 0 }
      return Double(low) >= 0.2 * Double(values.count)
    }
  }

  /// The mean and the variance of a normal variable of that mean and deviation behind a ReLU.
  static func rectified(_ mean: Double, _ deviation: Double) -> (mean: Double, variance: Double) {
    let deviation = abs(deviation) + 1e-9
    let ratio = mean / deviation
    let share = 0.5 * errorFunctionComplement(-ratio / 2.0.squareRoot())
    let density = exponential(-0.5 * ratio * ratio) / (2 * Double.pi).squareRoot()
    let first = mean * share + deviation * density
    let second = (mean * mean + deviation * deviation) * share + mean * deviation * density
    return (first, max(second - first * first, 1e-12))
  }
}

/// How well one list of numbers foretells another: layers are brought to mean 0 and deviation 1, so
/// that only the pattern inside a layer counts.
struct Foretelling {
  private var sum = 0.0
  private(set) var count = 0

  /// Adds a layer.
  mutating func add(_ mine: [Double], _ theirs: [Double]) {
    guard mine.count == theirs.count, mine.count > 1 else { return }
    for (left, right) in zip(Self.standardised(mine), Self.standardised(theirs)) {
      sum += left * right
    }
    count += mine.count
  }

  /// The correlation over all layers.
  var correlation: Double { count == 0 ? 0 : sum / Double(count) }

  private static func standardised(_ values: [Double]) -> [Double] {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    return values.map { deviation > 0 ? ($0 - mean) / deviation : 0 }
  }
}
