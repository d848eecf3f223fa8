import Tensors

/// A line for a terminal: what stands in the source is printed as it is, what is put into it as
/// `String.legible` shows it.
///
/// Names, labels and file names are strangers': a terminal would do what they say. So text reaches a
/// terminal as a line, as a cell of a `Table` or as a `Failure`, and each of them sees to that.
///
///     printLine("from \(source.name), \(Numbers.bytes(source.size))")
public struct Line: ExpressibleByStringInterpolation, Equatable, Sendable {
  /// What the terminal gets.
  public let text: String

  /// Text of the source.
  public init(stringLiteral text: String) { self.text = text }

  /// Text of the source with other text in it.
  public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  /// Text with the codes of a style about it, which are ours.
  init(painted text: String) { self.text = text }

  /// What the compiler calls for each piece.
  public struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    /// A line of about that size.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    /// Adds text of the source.
    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// Adds anything else.
    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      text += value.description.legible
    }

    /// Adds a failure, whose parts are legible.
    public mutating func appendInterpolation(_ failure: Failure) { text += failure.description }

    /// Adds what is a line already, as words in a colour are.
    public mutating func appendInterpolation(_ line: Line) { text += line.text }
  }
}

/// Prints a line that is made of parts, one behind the other.
public func printLine(_ parts: Line...) { print(parts.map(\.text).joined()) }

/// A line on standard error.
public func complain(_ line: Line) { writeToStandardError(line.text + "\n") }
