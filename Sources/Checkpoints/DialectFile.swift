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
  /// How the rules were checked: `genuine fixture`, `the project's class in interop (version)` or
  /// `facts only`.
  var checked: String?
  /// The licence of the weights that were published, which names alone cannot tell from others.
  var licence: String?
  /// Names of `schemas/fragments` whose maps, places, rules and beliefs this dialect shares.
  var fragments: [String]?
  /// How names may be joined, where there are several ways.
  var spellings: Spellings?
  /// Words by the native word.
  var maps: [String: [String: String]]?
  /// Words that are the same throughout a file and not in native names.
  var variables: [String: Variable]?
  /// How leaves get the names that rules are for, where files number theirs: `keras`, see
  /// `KerasArrangement`.
  var arrange: String?
  /// Field names of named tuples whose files carry only their class, by the class' last word.
  var records: [String: [String]]?
  /// Pairs of a native and a dialect place, which rules refer to.
  var places: [String: [[String]]]?
  /// Groups of rules.
  var rules: [String: [RuleText]]?
  /// Ways the groups are mounted in a file; the first is written where nothing else is known.
  var forms: [FormText]
  /// `sorted` where a new file's names are sorted within a mount; otherwise they come in the order
  /// of the forward pass.
  var order: String?
  /// What a forward pass needs and names and shapes do not say.
  var contract: ContractText?
  /// How the program begins linear layers; `kaiming-uniform` where absent.
  var initialiser: Initialiser?
  /// What a resumed run must keep doing.
  var recipe: Recipe?
  /// Fields that files of this dialect cannot tell, and why.
  var cannotTell: [String: String]?
  /// What files of this dialect have no place for, in words.
  var cannotHold: [String]?

  enum CodingKeys: String, CodingKey {
    case dialect, version, title, source, checked, licence, fragments, spellings, maps, variables
    case arrange, records, places, rules, forms, order, contract, initialiser, recipe
    case cannotTell = "cannot_tell"
    case cannotHold = "cannot_hold"
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
    /// What is written where a checkpoint of another dialect has no such tensor: `copy PATH`,
    /// `count PATH` (a counter of another name or type) or `settled` (a number of updates after which
    /// a moving average has forgotten its beginning).
    var derived: String?
  }

  struct FormText: Codable, Sendable {
    var name: String
    /// Formats in which a new file has this form; every format where absent.
    var formats: [String]?
    /// A name that every file of this form has; what stands before it is the file's prefix.
    var anchor: String?
    /// The prefix of a new file.
    var prefix: String?
    /// The name of a fragment's frame, which gives what this form does not say.
    var frame: String?
    /// Names that a file must have.
    var requires: [String]?
    /// Names that a file must not have.
    var forbids: [String]?
    var mounts: [Mount]
    var optimizer: OptimizerText?
    /// Kinds of containers by their names: `tuple`, `list`, `record CLASS`; the rest are dictionaries.
    var containers: [String: String]?
    /// Scalars that a new file has besides: what a framework's loader asks for.
    var constants: [String: Constant]?
  }

  struct Mount: Codable, Sendable {
    var dialect: String
    var native: String
    var bind: [String: String]?
    var rules: String
    /// Whether the names begin at the file's root instead of behind its prefix.
    var root: Bool?
    /// Whether these are further names of tensors that another mount has.
    var alias: Bool?
    /// Whether each linear layer has a bias, where the dialect's own class has them fixed.
    var biases: [Bool]?
    /// Whether each convolution has a bias, which the dialect's own class then asks for.
    var convBiases: Bool?

    enum CodingKeys: String, CodingKey {
      case dialect, native, bind, rules, root, alias, biases
      case convBiases = "conv_biases"
    }
  }
}

/// An optimiser's state as PyTorch keeps it: buffers by a parameter's number, and groups of numbers.
struct OptimizerText: Codable, Sendable {
  /// Where its dictionary is, from the root: `optimizer_states|0|`; a frame may say it.
  var at: String?
  /// How the parameters are numbered; one group of all where absent.
  var groups: [Group]?
  /// Whether each parameter has a group of its own.
  var groupPerTensor: Bool?
  /// Keys and numbers that a new file's groups have besides `lr` and `params`.
  var defaults: [String: Constant]?

  enum CodingKeys: String, CodingKey {
    case at, groups, defaults
    case groupPerTensor = "group_per_tensor"
  }

  /// A group of parameters: those under some names, of some kind, in the file's order.
  struct Group: Codable, Sendable {
    /// Beginnings of names, in the order in which their parameters come.
    var under: [String]
    /// `all`, `weights` (of convolutions and linear layers) or `others` (batch norms and biases).
    var kind: String?
    /// Keys and numbers of this group alone.
    var values: [String: Constant]?
  }
}

/// A constant of a dialect file: null, a boolean, a number, a text or an empty list.
enum Constant: Codable, Hashable, Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case list([Constant])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .none
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let integer = try? value.decode(Int.self) {
      self = .integer(integer)
    } else if let real = try? value.decode(Double.self) {
      self = .real(real)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else {
      self = .list(try value.decode([Constant].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .none: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .real(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    }
  }
}
