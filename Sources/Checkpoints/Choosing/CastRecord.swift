import Tensors

/// That a checkpoint's numbers were cast to another type, and what it cost.
///
/// The JSON form is a member of `casts` in the `/provenance` document.
public struct CastRecord: Codable, Hashable, Sendable {
  /// How far an output moved.
  public struct Change: Codable, Hashable, Sendable {
    /// Which network.
    public var branch: Branch
    /// `embedding`, `logits`, `projection` or `prediction`.
    public var output: String
    /// |a - b| / |b| in the Euclidean norm, b before the cast.
    public var relativeL2: Double

    /// A change.
    public init(branch: Branch, output: String, relativeL2: Double) {
      self.branch = branch
      self.output = output
      self.relativeL2 = relativeL2
    }

    enum CodingKeys: String, CodingKey {
      case branch, output
      case relativeL2 = "relative_l2"
    }
  }

  /// The type that each group of tensors was given.
  public var types: [CastPlan.Group: ElementType]
  /// Tensors whose type changed.
  public var tensors = 0
  /// Numbers that are other ones now.
  public var changed = 0
  /// Of those, numbers that became 0.
  public var zeros = 0
  /// The engine that ran the networks before and after; absent where none did.
  public var engine: String?
  /// What became of their outputs on the probe's input.
  public var outputs: [Change] = []
  /// Why no network was run, where none was.
  public var unmeasured: String?

  /// Nothing cast yet.
  init(types: [CastPlan.Group: ElementType]) { self.types = types }

  /// What was cast, in a few words: `weights to float16, 204 tensors`.
  public var summary: String {
    let groups = CastPlan.Group.allCases.compactMap { group in
      types[group].map { "\(group.rawValue) to \($0.rawValue)" }
    }
    return groups.joined(separator: ", ") + " (\(Numbers.counted(tensors, "tensor")))"
  }

  /// What it cost, in a sentence.
  public var cost: String {
    guard changed > 0 else { return "no number changed" }
    let lost = zeros > 0 ? "; \(Numbers.counted(zeros, "number")) became 0" : ""
    guard engine != nil else { return "not measured: \(unmeasured ?? "nothing was run")" + lost }
    let errors = outputs.map { change in
      (change.branch == .target ? "target " : "") + change.output
        + " \(Numbers.error(change.relativeL2))"
    }
    return "relative L2 on the probe: " + errors.joined(separator: ", ") + lost
  }
}
