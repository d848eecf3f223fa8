import Checkpoints
import Glibc
import Tensors

/// The running mean and variance of each batch norm of a branch, and what moves them.
///
/// PyTorch's and Keras's averages: running' = keep running + (1 - keep) v. Haiku's start at zero and are
/// corrected for it: hidden' = keep hidden + (1 - keep) v, average = hidden' / (1 - keep^n), n counting the
/// updates (`moving_averages.py` of dm-haiku). PyTorch counts its batches beside.
public struct RunningStatistics: Sendable {
  /// Native tensors by name: `online/encoder/stem/bn/mean`, and under `training/bn/` Haiku's hidden
  /// averages and counters, or PyTorch's count of batches; a counter is one number.
  ///
  /// Values are those that a file would keep, so that a run goes on from its file as from memory.
  public internal(set) var values: [String: [Double]] = [:]
  /// The type that each has in a file.
  private(set) var types: [String: ElementType] = [:]
  let rule: Contract.BatchNorm

  /// The statistics of a branch.
  ///
  /// - Parameter type: what the networks compute in; averages of narrower types are kept in it.
  /// - Throws: `Failure` (`badInput`) where a counter is no count, or one of a pair is missing.
  init(_ branch: Branch, of checkpoint: Checkpoint, computedIn type: ElementType) throws {
    rule = checkpoint.contract.batchNorm
    let name = branch.rawValue + "/"
    for entry in checkpoint.entries {
      let leaf = entry.path.split(separator: "/").last ?? ""
      let isTraining = entry.path.hasPrefix("training/bn/" + name)
      if entry.path.hasPrefix(name), leaf == "mean" || leaf == "variance" {
        try read(entry, averaging: true, computedIn: type)
      } else if isTraining, leaf.hasSuffix("_hidden") {
        try read(entry, averaging: true, computedIn: type)
      } else if isTraining, leaf.hasSuffix("_counter") || leaf == "batches" {
        try read(entry, averaging: false, computedIn: type)
      }
    }
    for path in values.keys.sorted() where path.hasSuffix("_hidden") {
      let counter = path.dropLast("hidden".count) + "counter"
      guard values[String(counter)] != nil else {
        throw Failure(.badInput, place: String(counter), "the checkpoint has no such tensor")
      }
    }
  }

  private mutating func read(
    _ entry: Checkpoint.Entry, averaging: Bool, computedIn type: ElementType
  ) throws {
    if averaging {
      guard entry.tensor.elementType.isFloatingPoint, entry.tensor.shape.count == 1 else {
        throw Failure(
          place: entry.path, expected: "a vector of floating-point numbers",
          found: "\(entry.tensor.elementType.rawValue) \(entry.tensor.shape)")
      }
      values[entry.path] = try entry.tensor.doubles()
      types[entry.path] = entry.tensor.elementType.kept(for: type)
    } else {
      guard entry.tensor.count == 1, let count = try entry.tensor.integers()?.first,
        (0...1 << 53).contains(count)
      else {
        throw Failure(
          place: entry.path, expected: "one integer that counts updates",
          found: "\(entry.tensor.elementType.rawValue) \(entry.tensor.shape)")
      }
      values[entry.path] = [Double(count)]
      types[entry.path] = entry.tensor.elementType
    }
  }

  /// Whether the checkpoint has averages of that batch norm.
  func has(_ path: String) -> Bool {
    values[path + "/mean"] != nil && values[path + "/variance"] != nil
  }

  /// Begins the averages of a batch norm that has none.
  ///
  /// - Parameters:
  ///   - type: in which they are kept.
  ///   - isZeroDebiased: whether they begin and are corrected as Haiku's, else as PyTorch's.
  mutating func begin(_ path: String, count: Int, in type: ElementType, isZeroDebiased: Bool) {
    let training = "training/bn/" + path
    for (leaf, value) in [("mean", 0.0), ("variance", isZeroDebiased ? 0 : 1)] {
      values["\(path)/\(leaf)"] = [Double](repeating: value, count: count)
      types["\(path)/\(leaf)"] = type
      guard isZeroDebiased else { continue }
      values["\(training)/\(leaf)_hidden"] = [Double](repeating: 0, count: count)
      types["\(training)/\(leaf)_hidden"] = type
      values["\(training)/\(leaf)_counter"] = [0]
      types["\(training)/\(leaf)_counter"] = .int32
    }
    if !isZeroDebiased {
      values[training + "/batches"] = [0]
      types[training + "/batches"] = .int64
    }
  }

  /// What evaluation normalises with.
  ///
  /// - Throws: `Failure` (`badInput`) where the checkpoint has none of that batch norm, they do not fit,
  ///   or a variance is not above -eps.
  func moments(of path: String, count: Int) throws -> Moments {
    let (mean, variance) = (
      try vector(path + "/mean", count: count), try vector(path + "/variance", count: count)
    )
    if let wrong = variance.first(where: { !($0 + rule.eps > 0) }) {
      throw Failure(
        place: path + "/variance", expected: "variances above minus eps (\(rule.eps))",
        found: "\(wrong)")
    }
    return Moments(mean: mean, variance: variance, count: 0)
  }

  private func vector(_ path: String, count: Int) throws -> [Double] {
    guard let vector = values[path] else {
      throw Failure(
        .badInput, place: path,
        "the checkpoint has no running statistics of this batch norm, and evaluation needs them")
    }
    guard vector.count == count else {
      throw Failure(place: path, expected: "shape [\(count)]", found: "[\(vector.count)]")
    }
    return vector
  }

  /// Moves the averages of a batch norm by a batch; one without running statistics gets none.
  ///
  /// - Throws: `Failure` (`badInput`) where they do not fit, or the variance of one value should be
  ///   unbiased.
  mutating func update(_ path: String, by moments: Moments) throws {
    var variance = moments.variance
    if rule.runningVariance == .unbiased, values[path + "/variance"] != nil {
      guard moments.count > 1 else {
        throw Failure(
          .badInput, place: path,
          "a batch with one value per channel has no unbiased variance to average")
      }
      let factor = Double(moments.count) / Double(moments.count - 1)
      variance = variance.map { $0 * factor }
    }
    try move(path, "mean", towards: moments.mean)
    try move(path, "variance", towards: variance)
    increment("training/bn/\(path)/batches")
  }

  private mutating func move(
    _ path: String, _ leaf: String, towards batch: [Double]
  ) throws {
    let average = "\(path)/\(leaf)"
    let hidden = "training/bn/\(average)_hidden"
    let source = values[hidden] == nil ? average : hidden
    guard let running = values[source] else { return }
    guard running.count == batch.count else {
      throw Failure(place: source, expected: "shape [\(batch.count)]", found: "[\(running.count)]")
    }
    let mixed = zip(running, batch).map { rule.keep * $0 + (1 - rule.keep) * $1 }
    set(source, mixed)
    guard source == hidden else { return }
    let counter = "training/bn/\(average)_counter"
    increment(counter)
    let correction = 1 - pow(rule.keep, values[counter]?.first ?? 1)
    set(average, mixed.map { $0 / correction })
  }

  /// Keeps numbers as a file would.
  mutating func set(_ path: String, _ numbers: [Double]) {
    values[path] = types[path] == .float32 ? numbers.map { Double(Float($0)) } : numbers
  }

  private mutating func increment(_ path: String) {
    if let count = values[path]?.first { values[path] = [count + 1] }
  }

  /// The tensors as they are now.
  ///
  /// - Throws: `Failure` where a tensor cannot be made.
  func entries() throws -> [Checkpoint.Entry] {
    try values.sorted { $0.key < $1.key }.map { path, numbers in
      let type = types[path] ?? .float32
      let shape = type.isFloatingPoint ? [numbers.count] : []
      return Checkpoint.Entry(path, try Tensor(numbers: numbers, type, shape: shape))
    }
  }
}
