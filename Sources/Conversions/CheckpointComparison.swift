import Archives
import Checkpoints
import Networks
import Tensors

/// Whether two checkpoints have the same weights, role by role, and compute the same: the tensors of
/// `CheckpointDifferences`, and what the networks make of them.
public struct CheckpointComparison: Codable, Sendable {
  /// A role in both files.
  public struct RoleVerdict: Codable, Sendable {
    /// The role.
    public var role: Role
    /// `same`, `different`, `only in A`, `only in B`.
    public var verdict: String
    /// What happened to it, in a sentence; empty where nothing did.
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
    let one = try Loaded(first, format: format, dialect: dialect, withTree: false)
    let other = try Loaded(second, format: format, dialect: dialect, withTree: false)
    let engine = Engines.exact()
    self.engine = engine.name
    let differences = try CheckpointDifferences(one, other)
    roles = Self.verdicts(of: differences)
    sameWeights = roles.allSatisfy { $0.verdict == "same" }
    sameFunction = nil
    contract = differences.contract
    try compareOutputs(one.checkpoint, other.checkpoint, engine)
    sameFunction = outputs.isEmpty ? nil : outputs.allSatisfy(\.agrees)
  }

  /// The roles of weights, in the words of this report.
  private static func verdicts(of differences: CheckpointDifferences) -> [RoleVerdict] {
    differences.roles.filter { $0.role.isWeights }.map { role in
      let verdict =
        switch role.verdict {
        case .same: "same"
        case .changed: "different"
        case .added: "only in B"
        case .removed: "only in A"
        }
      let sentence = differences.sentences.first { $0.role == role.role }?.text
      return RoleVerdict(role: role.role, verdict: verdict, detail: sentence ?? "")
    }
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
