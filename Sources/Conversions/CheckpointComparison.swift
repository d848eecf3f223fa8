import Archives
import Checkpoints
import Networks
import Tensors

/// Whether two checkpoints have the same weights, role by role, and compute the same.
public struct CheckpointComparison: Codable, Sendable {
  /// A role in both files.
  public struct RoleVerdict: Codable, Sendable {
    /// The role.
    public var role: Role
    /// `same`, `different`, `only in A`, `only in B`.
    public var verdict: String
    /// What differs, where something does.
    public var detail: String
  }

  /// An output of both checkpoints on the same input.
  public struct OutputVerdict: Codable, Sendable {
    /// `embedding`, `target projection` ...
    public var output: String
    /// max|a-b| / max|b|; absent where a value is no finite number.
    public var error: Double?
    /// Whether the error is within the tolerance.
    public var agrees: Bool
  }

  /// The first file.
  public var first: String
  /// The second file.
  public var second: String
  /// Whether every role has the same weights.
  public var sameWeights: Bool
  /// Whether every output both can compute agrees; absent where neither can be run.
  public var sameFunction: Bool?
  /// The roles of either.
  public var roles: [RoleVerdict] = []
  /// The outputs that both can compute, on the probe's input.
  public var outputs: [OutputVerdict] = []
  /// Fields of the contract that differ: path, value in the first, value in the second.
  public var contract: [[String]] = []
  /// The tolerance on outputs.
  public var tolerance: Double
  /// The engine that ran both.
  public var engine: String

  enum CodingKeys: String, CodingKey {
    case first, second, roles, outputs, contract, tolerance, engine
    case sameWeights = "same_weights"
    case sameFunction = "same_function"
  }

  /// Largest error of two float64 passes over the same weights that is agreement.
  public static let usualTolerance = 1e-6

  /// Compares two files of any formats and dialects, or of those given.
  ///
  /// - Throws: `Failure` where one is no checkpoint.
  public init(
    _ first: String, _ second: String, format: String? = nil, dialect: String? = nil,
    tolerance: Double = usualTolerance
  ) throws {
    self.first = first
    self.second = second
    self.tolerance = tolerance
    let one = try Loaded(first, format: format, dialect: dialect, withTree: false).checkpoint
    let other = try Loaded(second, format: format, dialect: dialect, withTree: false).checkpoint
    let engine = Engines.exact()
    self.engine = engine.name
    sameWeights = true
    sameFunction = nil
    roles = try Self.compareRoles(one, other)
    sameWeights = roles.allSatisfy { $0.verdict == "same" }
    contract = try one.contract.differences(from: other.contract)
    try compareOutputs(one, other, engine)
    sameFunction = outputs.isEmpty ? nil : outputs.allSatisfy(\.agrees)
  }

  private static func compareRoles(_ one: Checkpoint, _ other: Checkpoint) throws -> [RoleVerdict] {
    let mine = try Fingerprints(of: one).byName
    let theirs = try Fingerprints(of: other).byName
    return try Role.allCases.filter(\.isWeights).compactMap { role in
      switch (mine[role.rawValue], theirs[role.rawValue]) {
      case (nil, nil): nil
      case (_, nil): RoleVerdict(role: role, verdict: "only in A", detail: "")
      case (nil, _): RoleVerdict(role: role, verdict: "only in B", detail: "")
      case (let a?, let b?) where a == b: RoleVerdict(role: role, verdict: "same", detail: "")
      default:
        RoleVerdict(role: role, verdict: "different", detail: try difference(role, one, other))
      }
    }
  }

  /// The first tensors of a role that differ, and by how much.
  private static func difference(
    _ role: Role, _ one: Checkpoint, _ other: Checkpoint
  ) throws -> String {
    var changed: [String] = []
    var largest = 0.0
    for entry in one.entries where Role(of: entry.path) == role {
      guard let theirs = other[entry.path] else {
        changed.append(entry.path + " is only in A")
        continue
      }
      guard theirs.shape == entry.tensor.shape else {
        changed.append("\(entry.path) has shape \(entry.tensor.shape) in A, \(theirs.shape) in B")
        continue
      }
      guard try !entry.tensor.hasSameBits(as: theirs) else { continue }
      changed.append(entry.path)
      for (mine, other) in zip(try entry.tensor.doubles(), try theirs.doubles()) {
        let distance = abs(mine - other)
        if distance.isNaN, mine.isNaN != other.isNaN { largest = .infinity }
        largest = max(largest, distance)
      }
    }
    for entry in other.entries where Role(of: entry.path) == role && one[entry.path] == nil {
      changed.append(entry.path + " is only in B")
    }
    let most = largest.isFinite ? "by up to \(Numbers.error(largest))" : "some no numbers"
    return "\(Numbers.counted(changed.count, "tensor")), \(most): " + (changed.first ?? "")
      + (changed.count > 1 ? ", ..." : "")
  }

  private mutating func compareOutputs(
    _ one: Checkpoint, _ other: Checkpoint, _ engine: any Engine
  ) throws {
    let input = Probe.input(for: one.contract)
    for branch in Branch.allCases
    where one.roles.contains(branch.encoder) && other.roles.contains(branch.encoder) {
      let request = ForwardRequest(branch: branch, input: input)
      // What cannot be run (a network without running statistics) is not compared.
      guard let mine = try? engine.run(request, on: one).outputs,
        let theirs = try? engine.run(request, on: other).outputs
      else { continue }
      for output in Output.allCases {
        guard let a = mine[output], let b = theirs[output], a.shape == b.shape else { continue }
        // Infinite where a value is no number: nothing agrees with that.
        let error = Agreement(name: output.rawValue, of: a, with: b).error
        outputs.append(
          OutputVerdict(
            output: (branch == .target ? "target " : "") + output.rawValue,
            error: error.isFinite ? error : nil, agrees: error <= tolerance))
      }
    }
  }
}
