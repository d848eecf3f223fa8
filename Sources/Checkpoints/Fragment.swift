import FoundationEssentials
import Schemas
import Tensors

/// A file of `schemas/fragments`: what many dialects have in common.
///
/// Two dozen dialects call their ResNets by the names of torchvision; those names are written, and
/// tested, once.
struct Fragment: Codable, Sendable {
  var fragment: String
  var spellings: DialectFile.Spellings?
  var maps: [String: [String: String]]?
  var places: [String: [[String]]]?
  var rules: [String: [DialectFile.RuleText]]?
  var contract: ContractText?
  var recipe: Recipe?

  /// The fragment called `name`.
  ///
  /// - Throws: `Failure` (`badInput`) where there is none.
  static func named(_ name: String) throws -> Fragment {
    guard let found = Schemas.fragments.first(where: { $0.name == name }) else {
      throw Failure(
        place: "fragments",
        expected: "one of " + Schemas.fragments.map(\.name).joined(separator: ", "),
        found: "'\(name)'")
    }
    return try JSONDecoder().decode(Fragment.self, from: Data(found.json))
  }
}

extension DialectFile {
  /// The dialect with what its fragments say where it says nothing itself.
  func withFragments() throws -> DialectFile {
    var whole = self
    for name in fragments ?? [] {
      let fragment = try Fragment.named(name)
      whole.spellings = whole.spellings ?? fragment.spellings
      whole.maps = (fragment.maps ?? [:]).merging(whole.maps ?? [:]) { $1 }
      whole.places = (fragment.places ?? [:]).merging(whole.places ?? [:]) { $1 }
      whole.rules = (fragment.rules ?? [:]).merging(whole.rules ?? [:]) { $1 }
      whole.contract = (whole.contract ?? ContractText()).over(fragment.contract)
      whole.recipe = whole.recipe ?? fragment.recipe
    }
    return whole
  }
}
