import Foundation
import FoundationXML

/// Elements, attributes and text of a well-formed document.
public final class Elements: NSObject, XMLParserDelegate {
  /// The elements' names, in the order in which they begin.
  public private(set) var names: [String] = []
  /// All attributes.
  public private(set) var attributes: [(element: String, name: String, value: String)] = []
  /// The text in all elements.
  public private(set) var text = ""

  /// A document that is not well formed.
  public struct Malformed: Error {
    /// What is wrong with it, and in which line.
    public let reason: String
  }

  /// Parses a document.
  ///
  /// - Throws: `Malformed`.
  public init(_ document: String) throws {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    guard parser.parse() else {
      throw Malformed(
        reason: "\(String(describing: parser.parserError)), line \(parser.lineNumber)")
    }
  }

  /// Notes an element that begins.
  public func parser(
    _: XMLParser, didStartElement name: String, namespaceURI _: String?,
    qualifiedName _: String?, attributes found: [String: String]
  ) {
    names.append(name)
    attributes += found.map { (name, $0, $1) }
  }

  /// Notes text.
  public func parser(_: XMLParser, foundCharacters characters: String) { text += characters }
}
