import Checkpoints
import Tensors

/// What an inference found; its JSON form is what `byol-convert --infer --json` prints.
public struct InferenceReport: Codable, Sendable {
  /// A part of the networks.
  public struct Part: Codable, Sendable {
    /// `online.encoder`, `optimizer` ...
    public var role: Role
    /// Its tensors.
    public var tensors: Int
    /// How many of them have their place for sure.
    public var sure: Int
    /// A tensor of it, the file's name and the native one.
    public var example: [String]
  }

  /// The file, as the user named it.
  public var source: String
  /// The networks in a line.
  public var summary: String
  /// The parts that were found.
  public var parts: [Part]
  /// What was decided, what tells, and what is open.
  public var questions: [Inference.Question]
  /// Names that stay extras.
  public var unknown: [String]
  /// How a reference was met.
  public var proof: String?
  /// The conversion that followed, where nothing needed was open or the user accepted it.
  public var conversion: ConversionReport?

  /// What was found in a source.
  public init(_ source: InferredSource) {
    self.source = source.path
    let inference = source.inference
    summary = inference.summary
    questions = inference.questions
    unknown = inference.unknown
    proof = source.proof
    let byRole = Dictionary(grouping: inference.assignments) { Role(of: $0.native) }
    parts = Role.allCases.compactMap { role in
      guard let members = byRole[role], let first = members.first else { return nil }
      return Part(
        role: role, tensors: members.count, sure: members.count { $0.isSure },
        example: [first.source, first.native])
    }
  }
}
