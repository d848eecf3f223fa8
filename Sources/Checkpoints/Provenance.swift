import Archives
import Tensors

/// Where a checkpoint came from, and what was decided on the way.
///
/// The JSON form is the `/provenance` document of a native file; its schema is
/// `schemas/provenance.schema.json`.
public struct Provenance: Codable, Hashable, Sendable {
  /// The file that was converted.
  public struct Source: Codable, Hashable, Sendable {
    /// Its base name.
    public var name: String
    /// Its size in bytes.
    public var size: Int
    /// SHA-256 of the file, or absent where the user did without.
    public var sha256: String?
    /// The name of its format.
    public var format: String

    /// A description of a file.
    public init(name: String, size: Int, sha256: String?, format: String) {
      self.name = name
      self.size = size
      self.sha256 = sha256
      self.format = format
    }
  }

  /// The dialect that the file spoke.
  public struct DialectUse: Codable, Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The version of its rules.
    public var version: String
    /// Which of its forms the file had.
    public var form: String
    /// How names were joined, where the dialect knows several ways.
    public var spelling: String?
    /// Words that are the same throughout the file and are not in native names (`net: res_net50`).
    public var variables: [String: String]
    /// What stands before the names: `state_dict/`, `state_dict/model.`; absent where nothing does.
    public var prefix: String?

    /// A use of a dialect.
    public init(
      name: String, version: String, form: String, spelling: String?, variables: [String: String]
    ) {
      self.name = name
      self.version = version
      self.form = form
      self.spelling = spelling
      self.variables = variables
    }
  }

  /// How many of the source's leaves went where; they add up.
  public struct Counts: Codable, Hashable, Sendable {
    /// Leaves in the source.
    public var source = 0
    /// Leaves that became tensors or fields of the recipe.
    public var used = 0
    /// Further names of a tensor that is stored once.
    public var aliases = 0
    /// Leaves that BYOL does not know, kept.
    public var extras = 0
    /// Leaves that the user dropped.
    public var dropped = 0

    /// Nothing counted yet.
    public init() {}
  }

  /// The file that was converted.
  public var source: Source?
  /// The dialect that the file spoke.
  public var dialect: DialectUse?
  /// How many leaves went where.
  public var counts: Counts?
  /// Where each field of contract and recipe comes from, by its path (`contract.encoder.padding`).
  public var origins: Origins
  /// Fingerprint of each role's weights, of all of them (`all`) and of the training state.
  public var fingerprints: [String: String]
  /// The tool and version that made the file.
  public var createdBy: String
  /// The licence of the weights, where the file or the user says it.
  public var licence: String?
  /// What the file said of itself as a whole: the metadata of a safetensors file.
  public var attributes: [String: String]?
  /// How the networks were made that the source has not, by role; absent where all are the source's.
  public var made: [String: MadeRole]?
  /// How numbers were cast to other types since, in order; absent where all are the source's.
  public var casts: [CastRecord]?
  /// The version of the native layout, for formats without root attributes.
  public var formatVersion: [Int]

  /// A provenance without a source.
  public init(createdBy: String) {
    self.createdBy = createdBy
    origins = Origins()
    fingerprints = [:]
    formatVersion = [NativeNames.major, NativeNames.minor]
  }

  enum CodingKeys: String, CodingKey {
    case source, dialect, counts, origins, fingerprints, licence, attributes, made, casts
    case createdBy = "created_by"
    case formatVersion = "format_version"
  }
}

extension Provenance {
  /// The licence that a file states of itself: its text `license`, in either spelling and case.
  static func licence(among texts: [String: String]) -> String? {
    texts.sorted { $0.key < $1.key }
      .first { ["license", "licence"].contains($0.key.lowercased()) && !$0.value.isEmpty }?.value
  }

  /// The attributes as an archive has them.
  var attributeNodes: [Node.Entry] {
    (attributes ?? [:]).sorted { $0.key < $1.key }.map {
      Node.Entry(.text($0.key), .text($0.value))
    }
  }
}

/// Where a field of contract or recipe comes from.
public enum Origin: String, Codable, Hashable, Sendable {
  /// The file says so.
  case file
  /// The dialect's rules say so.
  case dialect
  /// The user said so.
  case flag
  /// Names and shapes of the tensors show it.
  case inferred
  /// Nothing tells; the usual value was taken.
  case assumed
}

/// The origin of every field, by its path.
public typealias Origins = [String: Origin]
