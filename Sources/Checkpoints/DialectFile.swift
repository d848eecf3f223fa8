/// A dialect as its JSON file says it: `schemas/dialects/NAME.json` or the user's own.
///
/// `docs/dialects.md` explains the format, `schemas/dialect.schema.json` checks it.
struct DialectFile: Codable, Sendable {
  /// The name on the command line.
  var dialect: String
  /// The version of the rules.
  var version: String
  /// What people call it.
  var title: String
  /// Where the rules were read.
  var source: String?
  /// The licence of the published weights.
  var licence: String?
  /// How names may be joined, where there are several ways.
  var spellings: Spellings?
  /// Words by the native word.
  var maps: [String: [String: String]]?
  /// Words that are the same throughout a file and not in native names.
  var variables: [String: Variable]?
  /// Pairs of a native and a dialect place, which rules refer to.
  var places: [String: [[String]]]?
  /// Groups of rules.
  var rules: [String: [RuleText]]
  /// Ways the groups are mounted in a file; the first is written where nothing else is known.
  var forms: [FormText]
  /// What a forward pass needs and names and shapes do not say.
  var contract: ContractDefaults
  /// What a resumed run must keep doing.
  var recipe: Recipe?
  /// Fields that files of this dialect cannot tell, and why.
  var cannotTell: [String: String]?

  enum CodingKeys: String, CodingKey {
    case dialect, version, title, source, licence, spellings, maps, variables, places, rules, forms
    case contract, recipe
    case cannotTell = "cannot_tell"
  }

  struct Spellings: Codable, Sendable {
    var level: [String]
    var inner: [String]
    var tilde: [Bool]
  }

  struct Variable: Codable, Sendable {
    /// `depth`: the default's `{depth}` is the ResNet's depth, from the contract.
    var from: String?
    var `default`: String
  }

  struct RuleText: Codable, Sendable {
    var at: String?
    var native: String?
    var recipe: String?
    var dialect: String
    var axes: String?
  }

  struct FormText: Codable, Sendable {
    var name: String
    var mounts: [Mount]
  }

  struct Mount: Codable, Sendable {
    var dialect: String
    var native: String
    var bind: [String: String]
    var rules: String
  }
}

/// The part of a contract that a dialect knows without looking at tensors.
struct ContractDefaults: Codable, Sendable {
  var padding: Contract.Padding
  var poolPadding: Contract.Padding
  /// By kind of block.
  var strideAt: [String: Int]
  /// By kernel size of the first convolution.
  var stem: [String: Stem]
  var bn: Contract.BatchNorm
  var input: Contract.Input

  enum CodingKeys: String, CodingKey {
    case padding, stem, bn, input
    case poolPadding = "pool_padding"
    case strideAt = "stride_at"
  }

  struct Stem: Codable, Sendable {
    var stride: Int
    var pad: Int?
    var pool: Bool
  }
}
