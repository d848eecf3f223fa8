import Tensors

/// What a program calls the tensors of BYOL, how it orders their axes and what it believes: data, in
/// `schemas/dialects`, or in a file of the user's.
public struct Dialect: Sendable {
  let file: DialectFile
  let contract: ContractDefaults

  /// The name on the command line.
  public var name: String { file.dialect }
  /// The version of the rules.
  public var version: String { file.version }
  /// What people call it.
  public var title: String { file.title }
  /// How the rules were checked.
  public var checked: String? { file.checked }
  /// The licence of the weights that its makers published; other files with these names have their own.
  public var licence: String? { file.licence }
  /// How the program begins linear layers.
  public var initialiser: Initialiser { file.initialiser ?? .kaimingUniform }
  /// The formats in which the dialect is written, or nil where it goes into any.
  public var formats: [String]? {
    let formats = file.forms.map(\.formats)
    guard !formats.contains(nil) else { return nil }
    return formats.compactMap { $0 }.flatMap { $0 }
  }
  /// What files of this dialect have no place for, in words.
  public var cannotHold: [String] { file.cannotHold ?? [] }

  /// Reads a dialect's JSON.
  ///
  /// - Parameter checked: whether every rule is tried, as a user's own file must be.
  /// - Throws: `Failure` (`badInput`) that names the field.
  public init(json: [UInt8], file name: String, checked: Bool = true) throws {
    do {
      let said = try StrictJSON.decode(DialectFile.self, from: json)
      if checked { try said.checkLists() }
      file = try said.withFragments()
      contract = try ContractDefaults(file.contract ?? ContractText())
      guard checked else { return }
      try contract.check()
      try file.recipe?.check()
      try file.check()
      try file.checkRuleCount()
      try checkRules()
    } catch let failure as Failure {
      throw failure.of(file: name)
    } catch {
      throw Failure(.badInput, file: name, "this is no dialect file: \(describe(error))")
    }
  }

  /// One rule: a native name and a dialect's name for one kind of leaf.
  struct Rule: Sendable {
    enum Destination: Sendable {
      case tensor(Template, AxisRule?)
      case recipe(String)
    }

    var destination: Destination
    var dialect: Template
    /// Holes that the mount has filled.
    var bound: Bindings
    /// The number of its mount in the form.
    var mount: Int
    /// Whether the name begins at the root instead of behind the prefix.
    var isRoot: Bool
    /// Whether it gives further names to tensors that have one.
    var isAlias: Bool
    /// What is written where there is no such tensor.
    var derived: Derivation?
  }

  /// A way a file can look: its rules in the dialect's order.
  struct Form: Sendable {
    var text: DialectFile.FormText
    var spelling: Spelling
    var rules: [Rule]

    var name: String { text.name }
  }

  /// The maps of words.
  var maps: WordMaps { file.maps ?? [:] }
}

/// What a JSON decoder's error says, in a sentence.
package func describe(_ error: any Error) -> String {
  guard let error = error as? DecodingError else { return "\(error)" }
  func path(_ context: DecodingError.Context) -> String {
    let names = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    return names.isEmpty ? "the top" : names.joined(separator: ".")
  }
  switch error {
  case .keyNotFound(let key, let context): return "\(path(context)) has no '\(key.stringValue)'"
  case .typeMismatch(let type, let context): return "\(path(context)) is not of type \(type)"
  case .valueNotFound(let type, let context): return "\(path(context)) is null, not \(type)"
  case .dataCorrupted(let context): return "\(path(context)): \(context.debugDescription)"
  @unknown default: return "\(error)"
  }
}
