/// Why an operation stopped, in one sentence that names the file, the place, what was expected and
/// what was found.
public struct Failure: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is; the raw value is the exit code of the tools.
  public enum Kind: Int32, Sendable {
    /// Two things differ, or a verification failed.
    case differs = 1
    /// The input is not what it must be.
    case badInput = 2
    /// The command line, or a call, asks for something that does not exist.
    case usage = 3
    /// The operating system refused: a file, a disk, memory.
    case inputOutput = 4
  }

  /// The kind, and with it the exit code.
  public var kind: Kind
  /// The file concerned, as the user named it.
  public var file: String?
  /// Where in the file: a tensor, a field, a byte offset.
  public var place: String?
  /// The sentence, without file and place.
  public var message: String

  /// A failure with a free sentence.
  public init(_ kind: Kind, file: String? = nil, place: String? = nil, _ message: String) {
    self.kind = kind
    self.file = file
    self.place = place
    self.message = message
  }

  /// A failure of bad input: `expected X, found Y`.
  public init(file: String? = nil, place: String? = nil, expected: String, found: String) {
    self.init(.badInput, file: file, place: place, "expected \(expected), found \(found)")
  }

  /// The whole sentence, in one line whatever names are in it: `file: place: message`.
  public var description: String {
    [file, place, message].compactMap { $0?.legible }.joined(separator: ": ")
  }

  /// The same failure, said of `file` where it named none.
  public func of(file name: String) -> Failure {
    var copy = self
    copy.file = copy.file ?? name
    return copy
  }
}
