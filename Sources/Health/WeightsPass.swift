import Archives
public import Checkpoints
import Synchronization
import Tensors

/// What one pass over a checkpoint's weights and optimiser state tells.
///
/// A tensor of the online network is read together with its twin in the target, so that their distance
/// needs no second pass. Memory stays at a few parts of `partLength` numbers a thread.
public struct WeightsPass: Sendable {
  /// Numbers about each tensor of weights, statistics and optimiser state, by native path.
  public private(set) var tensors: [String: TensorMeasures] = [:]
  /// How far online and target are apart, for each parameter that both have, by the path without its
  /// branch.
  public private(set) var distances: [String: TwinDistance] = [:]

  /// Numbers that are in memory of a tensor at once: 32 MiB.
  private static let partLength = 1 << 22

  /// Looks at everything once.
  ///
  /// - Throws: `Failure` where a tensor cannot be read.
  public init(_ checkpoint: Checkpoint, threads: Int = 2) throws {
    let groups = Self.groups(of: checkpoint)
    let found = Mutex<WeightsPass>(WeightsPass())
    try forEachConcurrently(groups, threads: threads, weight: { $0[0].tensor.count }) { group in
      let (measures, distance) = try Self.look(group)
      found.withLock { found in
        for one in measures { found.tensors[one.path] = one }
        if let distance { found.distances[distance.path] = distance }
      }
    }
    self = found.withLock { $0 }
  }

  private init() {}

  /// Tensors that are read together: a parameter of the online network and the target's.
  private static func groups(of checkpoint: Checkpoint) -> [[Checkpoint.Entry]] {
    var groups: [[Checkpoint.Entry]] = []
    for entry in checkpoint.entries where entry.tensor.elementType.isFloatingPoint {
      let role = Role(of: entry.path)
      guard role.isWeights || role == .optimizer else { continue }
      if entry.path.hasPrefix("target/"),
        checkpoint[twin(entry.path, "target", "online")]?.shape == entry.tensor.shape
      {
        continue
      }
      var group = [entry]
      if entry.path.hasPrefix("online/") {
        let path = twin(entry.path, "online", "target")
        if let tensor = checkpoint[path], tensor.shape == entry.tensor.shape,
          tensor.elementType.isFloatingPoint
        {
          group.append(Checkpoint.Entry(path, tensor))
        }
      }
      groups.append(group)
    }
    return groups
  }

  private static func twin(_ path: String, _ from: String, _ to: String) -> String {
    to + path.dropFirst(from.count)
  }

  private static func look(
    _ group: [Checkpoint.Entry]
  ) throws -> ([TensorMeasures], TwinDistance?) {
    var passes = group.map { TensorPass($0.path, $0.tensor) }
    var distance = group.count == 2 ? TwinDistance(path: String(group[0].path.dropFirst(7))) : nil
    for rows in parts(of: group[0].tensor) {
      let values = try group.map { entry in
        try (rows.map { try entry.tensor.rows($0) } ?? entry.tensor).doubles()
      }
      for (index, part) in values.enumerated() {
        unsafe part.withUnsafeBufferPointer { unsafe passes[index].add($0) }
      }
      if values.count == 2 { distance?.add(values[0], values[1]) }
    }
    return (passes.map { $0.measures() }, distance)
  }

  /// Rows that are read at once; nil for a tensor that is small enough to be read whole.
  private static func parts(of tensor: Tensor) -> [Range<Int>?] {
    guard tensor.count > partLength, let count = tensor.shape.first, count > 1 else { return [nil] }
    // Sixteen rows and more: a transposed source is then read a cache line at a time.
    let rows = max(16, partLength / max(1, tensor.count / count) / 16 * 16)
    return stride(from: 0, to: count, by: rows).map { $0..<min($0 + rows, count) }
  }
}

/// How far a tensor of the target is from the online network's.
public struct TwinDistance: Sendable {
  /// The path without its branch: `encoder/stem/conv/weight`.
  public var path: String
  /// |online - target|, Euclidean.
  public var distance = 0.0
  /// |online|.
  public var online = 0.0
  /// |target|.
  public var target = 0.0
  /// The sum of products.
  var product = 0.0
  /// Whether every number is the same.
  public var isEqual = true

  /// |online - target| / |online|, 0 where both are zero; nil where it is not finite.
  public var relative: Double? {
    let value = distance == 0 ? 0 : distance / online
    return value.isFinite ? value : nil
  }

  /// The cosine of the angle between them; nil where one is zero or not finite.
  public var cosine: Double? {
    let value = product / (online * target)
    return value.isFinite ? value : nil
  }

  private var squares = (0.0, 0.0, 0.0)

  init(path: String) { self.path = path }

  /// All of them as one vector.
  public init(path: String, joining parts: [TwinDistance]) {
    self.path = path
    func root(_ part: (TwinDistance) -> Double) -> Double {
      parts.reduce(0) { $0 + part($1) * part($1) }.squareRoot()
    }
    distance = root(\.distance)
    online = root(\.online)
    target = root(\.target)
    product = parts.reduce(0) { $0 + $1.product }
    isEqual = parts.allSatisfy(\.isEqual)
  }

  fileprivate mutating func add(_ left: [Double], _ right: [Double]) {
    for (a, b) in zip(left, right) {
      let difference = a - b
      squares.0 += difference * difference
      squares.1 += a * a
      squares.2 += b * b
      product += a * b
      if a != b { isEqual = false }
    }
    distance = squares.0.squareRoot()
    online = squares.1.squareRoot()
    target = squares.2.squareRoot()
  }
}
