import Tensors

/// How a tensor that a dialect asks for is made of those that a checkpoint of another dialect has.
///
/// Only counters and the inner state of moving averages are made so: never a weight.
enum Derivation: Sendable {
  /// The same values as the tensor of that name.
  case copy(Template)
  /// The number in the first of those tensors that is there, in the rule's own type.
  case count([Template], ElementType)
  /// The recipe's step, in the rule's own type.
  case step(ElementType)
  /// So many updates that 0.9 to their power is nothing in float32.
  case settled

  /// Reads `copy PATH`, `count TYPE PATH PATH ...`, `step TYPE` or `settled`.
  ///
  /// - Parameter place: puts the mount and the rule's place into a native name.
  /// - Throws: `Failure` (`badInput`).
  init(_ text: String, place: (String) throws -> String) throws {
    let words = text.split(separator: " ").map(String.init)
    switch words.first {
    case "copy" where words.count == 2: self = .copy(try Template(try place(words[1])))
    case "count" where words.count >= 3:
      guard let type = ElementType(rawValue: words[1]) else {
        throw Failure(place: "derived", expected: "an element type", found: "'\(words[1])'")
      }
      guard words.count <= 2 + DialectLimits.derivations else {
        throw Failure(
          place: "derived", expected: "at most \(DialectLimits.derivations) names",
          found: "\(words.count - 2)")
      }
      self = .count(try words.dropFirst(2).map { try Template(try place($0)) }, type)
    case "step" where words.count == 2:
      guard let type = ElementType(rawValue: words[1]) else {
        throw Failure(place: "derived", expected: "an element type", found: "'\(words[1])'")
      }
      self = .step(type)
    case "settled" where words.count == 1: self = .settled
    default:
      throw Failure(
        place: "derived", expected: "'copy PATH', 'count TYPE PATH ...', 'step TYPE' or 'settled'",
        found: "'\(text)'")
    }
  }
}
