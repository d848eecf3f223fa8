import Tensors

/// Words in colour or bold on a stream that shows them; as they are elsewhere.
public struct Style: Sendable {
  /// For what a tool prints.
  public static let output = Style(isOn: Terminal.isColoured(.output))
  /// For what it complains of.
  public static let errors = Style(isOn: Terminal.isColoured(.errors))

  private let isOn: Bool

  init(isOn: Bool) { self.isOn = isOn }

  /// A heading.
  public func heading(_ text: String) -> String { paint(text, "1") }
  /// What is as it should be: green.
  public func good(_ text: String) -> String { paint(text, "32") }
  /// What is not: red.
  public func bad(_ text: String) -> String { paint(text, "31") }
  /// What should be looked at: yellow.
  public func doubtful(_ text: String) -> String { paint(text, "33") }

  /// A verdict in the colour of what it says: `yes`, `no`, `not checked`.
  public func verdict(_ word: String) -> String {
    switch word {
    case "yes", "same", "agrees", "converted": good(word)
    case "no", "different", "differs", "only in A", "only in B", "failed": bad(word)
    default: doubtful(word)
    }
  }

  /// A sentence that the user should know: `note: ...`.
  public func note(_ sentence: String) -> String { doubtful("note:") + " " + sentence.legible }

  /// Selects a graphic rendition (ECMA-48, SGR) for a text.
  private func paint(_ text: String, _ rendition: String) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(rendition)m\(text)\u{1B}[0m" : text
  }
}
