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
  /// What frameworks have around the weights, by name.
  var frames: [String: Frame]?
  var contract: ContractText?
  var recipe: Recipe?

  /// Every fragment of the project by name; decoded once, since most dialects ask for the same.
  private static let all = Dictionary(
    uniqueKeysWithValues: Schemas.fragments.map { fragment in
      (
        fragment.name,
        Result { try JSONDecoder().decode(Fragment.self, from: Data(fragment.json)) }
      )
    })

  /// The fragment called `name`.
  ///
  /// - Throws: `Failure` (`badInput`) where there is none.
  static func named(_ name: String) throws -> Fragment {
    guard let found = all[name] else {
      throw Failure(
        place: "fragments",
        expected: "one of " + Schemas.fragments.map(\.name).joined(separator: ", "),
        found: "'\(name)'")
    }
    return try found.get()
  }
}

extension DialectFile {
  /// The dialect with what its fragments say where it says nothing itself.
  ///
  /// - Throws: `Failure` (`badInput`) that names the fragment or frame that there is not.
  func withFragments() throws -> DialectFile {
    var whole = self
    var frames: [String: Frame] = [:]
    for name in fragments ?? [] {
      let fragment = try Fragment.named(name)
      whole.spellings = whole.spellings ?? fragment.spellings
      whole.maps = (fragment.maps ?? [:]).merging(whole.maps ?? [:]) { $1 }
      whole.places = (fragment.places ?? [:]).merging(whole.places ?? [:]) { $1 }
      whole.rules = (fragment.rules ?? [:]).merging(whole.rules ?? [:]) { $1 }
      whole.contract = (whole.contract ?? ContractText()).over(fragment.contract)
      whole.recipe = whole.recipe ?? fragment.recipe
      frames.merge(fragment.frames ?? [:]) { $1 }
    }
    whole.forms = try forms.map { form in
      guard let name = form.frame else { return form }
      guard let frame = frames[name] else {
        throw Failure(
          place: "forms.\(form.name).frame",
          expected: "one of " + frames.keys.sorted().joined(separator: ", "), found: "'\(name)'")
      }
      return form.within(frame)
    }
    return whole
  }
}
