import Checkpoints
import Tensors

/// What a conversion did; its JSON form is what `byol-convert --json` prints
/// (`schemas/convert-report.schema.json`).
public struct ConversionReport: Codable, Sendable {
  /// A file of the conversion.
  public struct File: Codable, Sendable {
    /// The path, as the user named it.
    public var path: String
    /// The name of its format.
    public var format: String
    /// The name of its dialect.
    public var dialect: String
    /// Its size in bytes; absent where nothing was written.
    public var size: Int?
  }

  /// A check that was made before the output got its name.
  public struct Check: Codable, Sendable {
    /// `source`, `hashes`, `probe` ...
    public var name: String
    /// What was found.
    public var detail: String
  }

  /// The source.
  public var source: File
  /// The output.
  public var output: File
  /// The networks in one line.
  public var architecture: String
  /// How many of the source's leaves went where.
  public var counts: Provenance.Counts
  /// What each role has.
  public var roles: [RoleSummary]
  /// The fingerprint of each role's weights and of all.
  public var fingerprints: [String: String]
  /// The checks, all of which passed.
  public var checks: [Check]
  /// Tensors that the output's dialect has no place for, by role.
  public var leftOut: [LeftOut]
  /// How the networks were made that the source has not, by role.
  public var made: [String: MadeRole]
  /// What a cast to other types did; absent where there was none.
  public var cast: CastRecord?
  /// What the user should know.
  public var notes: [String]
  /// Where each source name goes; only of a dry run.
  public var mapping: [Mapping]?
  /// Whether nothing was written.
  public var dryRun: Bool

  /// Tensors of a role that were left out.
  public struct LeftOut: Codable, Sendable {
    /// The role.
    public var role: Role
    /// How many tensors.
    public var tensors: Int
    /// Their native names.
    public var names: [String]
  }

  /// A source name and where it goes.
  public struct Mapping: Codable, Sendable {
    /// The source's name.
    public var source: String
    /// The native path, or how it is kept.
    public var native: String
    /// The source's order of axes, where it is not the native one.
    public var axes: String?
  }

  enum CodingKeys: String, CodingKey {
    case source, output, architecture, counts, roles, fingerprints, checks, made, notes, mapping,
      cast
    case dryRun = "dry_run"
    case leftOut = "left_out"
  }
}

extension ConversionReport {
  /// Tells what a dialect has no place for, and its notes.
  mutating func tell(of exported: Exported) {
    let names = Dictionary(grouping: exported.leftOut, by: Role.init(of:))
    leftOut = Role.allCases.compactMap { role in
      names[role].map { LeftOut(role: role, tensors: $0.count, names: $0.sorted()) }
    }
    notes += exported.notes
    guard !leftOut.isEmpty else { return }
    let count = exported.leftOut.count
    let roles = leftOut.map { "\($0.role.rawValue) (\($0.tensors))" }
    notes.append(
      "\(Numbers.counted(count, "tensor")) \(count == 1 ? "is" : "are") not held by "
        + "\(output.dialect) and \(count == 1 ? "was" : "were") left out: "
        + roles.joined(separator: ", "))
  }
}
