/// The order in which a network's modules are made and run: that of a PyTorch module's names.
///
/// Stem, stages and blocks by number, in a block convolutions and batch norms in turn, then the
/// shortcut; in a head linear layers and batch norms in turn; in a module weight, bias, mean, variance,
/// counter. Numbers are compared as numbers: `block10` comes after `block2`.
public struct NativeOrder: Comparable {
  private let ranks: [Int]
  private let path: String

  /// The place of a native path in the order.
  public init(_ path: String) {
    self.path = path
    var parts = path.split(separator: "/")
    // A batch norm's counter comes where its module does.
    if parts.starts(with: ["training", "bn"]) { parts.removeFirst(2) }
    ranks = parts.map(Self.rank)
  }

  /// Whether one path comes before another.
  public static func < (left: NativeOrder, right: NativeOrder) -> Bool {
    if left.ranks != right.ranks { return left.ranks.lexicographicallyPrecedes(right.ranks) }
    return left.path < right.path
  }

  /// Whether two paths are the same.
  public static func == (left: NativeOrder, right: NativeOrder) -> Bool { left.path == right.path }

  private static let words: [Substring: Int] = [
    "online": 0, "target": 1, "encoder": 0, "sem": -1, "projector": 1, "predictor": 2, "heads": 3,
    "stem": 0, "final": 2_000_000, "shortcut": 1_000_000, "conv": 0, "linear": 0, "bn": 1,
    "features": 0, "fc": 1,
    "weight": 0, "scale": 0, "bias": 1, "offset": 1, "mean": 2, "variance": 3, "batches": 4,
  ]

  /// Stages and blocks by their number; of convolution, linear layer and batch norm `n`, the norm
  /// comes second.
  private static func rank(_ part: Substring) -> Int {
    if let rank = words[part] { return rank }
    let digits = part.reversed().prefix { $0.isASCII && $0.isNumber }.reversed()
    guard let number = Int(String(digits)), number < 400_000 else { return 3_000_000 }
    switch part.dropLast(digits.count) {
    case "stage", "block": return number + 1
    case "conv", "linear": return 2 * number
    case "bn": return 2 * number + 1
    default: return 3_000_000
    }
  }
}
