import FoundationEssentials
import Schemas
import Tensors

/// The paths of native tensors with the types and axes they have: `schemas/checkpoint.json`.
struct LayoutNames: Sendable {
  /// What the schema says of one path.
  struct Rule: Sendable {
    /// The name as the schema has it.
    var name: String
    /// The types that are allowed.
    var types: [ElementType]
    /// The number of axes, or nil where any is allowed.
    var axes: Int?
    fileprivate var pattern: [Component]
  }

  /// A component of a template: text around at most one hole.
  fileprivate struct Component: Sendable {
    var before: Substring
    var hole: Substring?
    var after: Substring
  }

  /// The documents: path, and name of the schema without its version.
  let documents: [String: String]
  private let rules: [Rule]
  private let words: [String: [String]]

  /// The schema that is embedded in the program.
  ///
  /// - Throws: `Failure` where it is damaged.
  init() throws {
    let schema: CheckpointSchema
    do {
      schema = try JSONDecoder().decode(CheckpointSchema.self, from: Data(Schemas.checkpoint))
    } catch {
      throw Failure(.badInput, file: "schemas/checkpoint.json", describe(error))
    }
    words = schema.words
    documents = Dictionary(
      schema.documents.map { ($0.name, String($0.schema.prefix { $0 != " " })) },
      uniquingKeysWith: { first, _ in first })
    rules = schema.tensors.map { tensor in
      let types = (schema.types[tensor.types] ?? []).compactMap(ElementType.init)
      return Rule(
        name: tensor.name, types: types, axes: tensor.shape.count,
        pattern: tensor.name.split(separator: "/").map(Self.component))
    }
  }

  /// The rule of a path, or nil where the layout has no such name.
  func rule(of path: String) -> Rule? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return rules.first { matches(parts[...], $0.pattern[...]) }
  }

  private static func component(_ text: Substring) -> Component {
    guard let open = text.firstIndex(of: "{"), let close = text.lastIndex(of: "}") else {
      return Component(before: text, hole: nil, after: "")
    }
    let hole = text[text.index(after: open)..<close]
    return Component(
      before: text[..<open], hole: hole.split(separator: ":").last,
      after: text[text.index(after: close)...])
  }

  private func matches(
    _ parts: ArraySlice<Substring>, _ pattern: ArraySlice<Component>
  ) -> Bool {
    guard let first = pattern.first else { return parts.isEmpty }
    let rest = pattern.dropFirst()
    if let hole = first.hole, ["parameter", "bn", "path"].contains(hole) {
      // As many components as the rest of the template leaves.
      let count = parts.count - rest.count
      guard count > 0 else { return false }
      let taken = parts.prefix(count)
      return isPath(taken, hole) && matches(parts.dropFirst(count), rest)
    }
    guard let part = parts.first, matches(part, first) else { return false }
    return matches(parts.dropFirst(), rest)
  }

  private func isPath(_ parts: ArraySlice<Substring>, _ kind: Substring) -> Bool {
    switch kind {
    case "bn": rule(of: (parts + ["mean"]).joined(separator: "/")) != nil
    case "parameter":
      ["weight", "bias", "scale", "offset"].contains(parts.last ?? "")
        && rule(of: parts.joined(separator: "/")) != nil
    default: true
    }
  }

  private func matches(_ part: Substring, _ component: Component) -> Bool {
    guard let hole = component.hole else { return part == component.before }
    guard part.hasPrefix(component.before), part.hasSuffix(component.after),
      part.utf8.count > component.before.utf8.count + component.after.utf8.count
    else { return false }
    let value = part.dropFirst(component.before.count).dropLast(component.after.count)
    switch hole {
    case "int": return value.allSatisfy(\.isDigit) && (value == "0" || value.first != "0")
    case "digits": return value.count >= 2 && value.allSatisfy(\.isDigit)
    case "word": return true
    default: return words[String(hole)]?.contains(String(value)) ?? false
    }
  }
}

extension Character {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}

/// The parts of `schemas/checkpoint.json` that names are checked by.
private struct CheckpointSchema: Decodable {
  struct Entry: Decodable {
    var name: String
    var types: String
    var shape: Shape
  }

  struct Document: Decodable {
    var name: String
    var schema: String
  }

  /// Symbols of the axes, or a word for any shape.
  struct Shape: Decodable {
    var count: Int?

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      count = (try? container.decode([String].self))?.count
      if count == nil { _ = try container.decode(String.self) }
    }
  }

  var words: [String: [String]]
  var types: [String: [String]]
  var tensors: [Entry]
  var documents: [Document]
}
