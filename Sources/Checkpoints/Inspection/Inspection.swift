import Archives
import FoundationEssentials
import Tensors

/// What there is to see in a checkpoint; its JSON form is what `byol-inspect --json` prints
/// (`schemas/inspection.schema.json`).
public struct Inspection: Codable, Sendable {
  /// A role, and its fingerprint where that is known.
  public struct RoleView: Codable, Sendable {
    /// The role.
    public var role: Role
    /// Its tensors.
    public var tensors: Int
    /// Its trainable numbers.
    public var parameters: Int
    /// Its bytes.
    public var bytes: Int
    /// The fingerprint of its weights.
    public var fingerprint: String?
  }

  /// A field of contract or recipe.
  public struct Field: Codable, Sendable {
    /// Its path: `encoder.padding`.
    public var path: String
    /// Its value.
    public var value: JSONValue
    /// Where it comes from.
    public var origin: Origin
  }

  /// A tensor.
  public struct TensorView: Codable, Sendable {
    /// Its native path.
    public var path: String
    /// The type of its elements.
    public var dtype: ElementType
    /// Its shape in native order.
    public var shape: [Int]
    /// Numbers about its values, where they were asked for.
    public var statistics: TensorStatistics?
  }

  /// The file, as the user named it.
  public var path: String
  /// Its size in bytes.
  public var size: Int
  /// The name of its format.
  public var format: String
  /// The name of its dialect.
  public var dialect: String
  /// The form, where the dialect has several.
  public var form: String?
  /// The file it was converted from.
  public var source: Provenance.Source?
  /// The dialect of that file.
  public var sourceDialect: Provenance.DialectUse?
  /// How many of its names went where.
  public var counts: Provenance.Counts?
  /// How the networks were made that the source had not, by role.
  public var made: [String: MadeRole]?
  /// How numbers were cast to other types, in order.
  public var casts: [CastRecord]?
  /// The licence of the weights, where it is known.
  public var licence: String?
  /// The licence of the weights that were published under the names the source had.
  ///
  /// Whether these are they, names cannot tell. Absent where `licence` is known.
  public var publishedLicence: String?
  /// The tool that made the file.
  public var createdBy: String?
  /// The networks in one line.
  public var architecture: String
  /// The roles.
  public var roles: [RoleView]
  /// `stored, not checked`, `computed` or `not computed`.
  public var fingerprintState: String
  /// The fingerprint over all weights.
  public var fingerprint: String?
  /// The fields of the contract.
  public var contract: [Field]
  /// The fields of the recipe that say something.
  public var recipe: [Field]
  /// What was verified when the file was made, in sentences.
  public var verification: [String]
  /// Every tensor.
  public var tensors: [TensorView]
  /// What the user should know.
  public var notes: [String]

  enum CodingKeys: String, CodingKey {
    case path, size, format, dialect, form, source, counts, made, casts, licence, architecture,
      roles
    case fingerprint, contract, recipe, verification, tensors, notes
    case sourceDialect = "source_dialect"
    case createdBy = "created_by"
    case publishedLicence = "published_licence"
    case fingerprintState = "fingerprint_state"
  }

  /// Looks at a checkpoint; values are read only for statistics and fingerprints.
  ///
  /// - Throws: `Failure` where a tensor cannot be read.
  public init(_ loaded: Loaded, statistics: Bool = false, fingerprint wanted: Bool = false) throws {
    let checkpoint = loaded.checkpoint
    let isNative = loaded.dialect == nil
    path = loaded.path
    size = loaded.size
    format = loaded.archive.format
    dialect = loaded.dialectName
    form = isNative ? nil : checkpoint.provenance.dialect?.form
    source = checkpoint.provenance.source
    sourceDialect = isNative ? checkpoint.provenance.dialect : nil
    counts = checkpoint.provenance.counts
    made = checkpoint.provenance.made
    casts = checkpoint.provenance.casts
    licence = checkpoint.provenance.licence
    // A name that a file states is looked for among our own dialects, never as a file.
    if licence == nil, let name = checkpoint.provenance.dialect?.name {
      let known = Dialects.names.contains(name) ? try? Dialects.named(name) : nil
      publishedLicence = (loaded.dialect ?? known)?.licence
    }
    createdBy = isNative ? checkpoint.provenance.createdBy : nil
    architecture = checkpoint.contract.summary
    let stored = checkpoint.provenance.fingerprints
    let fingerprints =
      wanted ? try Fingerprints(of: checkpoint).byName.mapValues(\.description) : stored
    fingerprintState =
      wanted ? "computed" : stored.isEmpty ? "not computed" : "stored, not checked"
    fingerprint = fingerprints["all"]
    roles = checkpoint.roleSummaries.map { summary in
      RoleView(
        role: summary.role, tensors: summary.tensors, parameters: summary.parameters,
        bytes: summary.bytes, fingerprint: fingerprints[summary.role.rawValue])
    }
    contract = try Self.fields(checkpoint.contract, "contract", checkpoint.provenance.origins)
    recipe = try Self.fields(checkpoint.recipe, "recipe", checkpoint.provenance.origins)
    verification = checkpoint.verification.sentences(isNative: isNative)
    tensors = try (checkpoint.entries + checkpoint.extras).map { entry in
      TensorView(
        path: entry.path, dtype: entry.tensor.elementType, shape: entry.tensor.shape,
        statistics: statistics ? try TensorStatistics(of: entry) : nil)
    }
    notes = loaded.notes
    if wanted, !stored.isEmpty, stored["all"] != fingerprints["all"] {
      notes.append(
        "the stored fingerprint is another one: the weights are not those that were hashed")
    }
  }

  private static func fields(
    _ value: some Encodable, _ name: String, _ origins: Origins
  ) throws -> [Field] {
    try JSONDecoder().decode(JSONValue.self, from: Data(try jsonBytes(value))).fields().map {
      field in
      // An origin covers the fields under it: that of `recipe.loss` is that of `recipe.loss.form`.
      var parts = field.path.split(separator: ".").map(String.init)
      var origin: Origin?
      while origin == nil, !parts.isEmpty {
        origin = origins[name + "." + parts.joined(separator: ".")]
        parts.removeLast()
      }
      return Field(path: field.path, value: field.value, origin: origin ?? .assumed)
    }
  }
}

extension Verification {
  /// What was verified, in sentences.
  func sentences(isNative: Bool) -> [String] {
    guard isNative else { return ["not verified: only native files carry a verification"] }
    var result = [
      comparedWithSource
        ? "compared with its source bit for bit when it was written"
        : "not compared with its source when it was written"
    ]
    if let probe {
      result.append(
        "probe of \(probe.stages.count) stages by \(probe.engine), not repeated now: byol-verify does"
      )
    } else {
      result.append("no probe: \(probeMissing ?? "none was run")")
    }
    for reference in references {
      result.append("agreed with \(reference.name) within \(reference.error)")
    }
    return result
  }
}
