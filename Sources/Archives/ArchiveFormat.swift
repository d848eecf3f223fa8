import Tensors

/// A way tensors lie in a file.
///
/// One file in `Formats/` each, and one line in `Formats.all`.
public protocol ArchiveFormat: Sendable {
  /// The name used on the command line and in reports: `npz`.
  var name: String { get }
  /// What people call it: `NumPy archive`.
  var title: String { get }
  /// File name endings that choose this format for writing, without the dot.
  var extensions: [String] { get }

  /// Whether a file is one dictionary of named values, without dictionaries in it.
  var isFlat: Bool { get }
  /// Whether a file has room for numbers and texts besides tensors.
  var holdsScalars: Bool { get }

  /// Whether the file's content is of this format; never its name.
  func recognises(_ file: MappedFile) -> Bool

  /// Reads the tree; tensors' bytes are read when asked for.
  ///
  /// - Throws: `Failure` (`badInput`) that names the place, what was expected and what was found.
  func read(_ file: MappedFile) throws -> Archive

  /// Writes the tree at the current position of `file`, which is new and empty.
  ///
  /// - Throws: `Failure` (`usage`) where the format cannot hold the tree, naming the part;
  ///   (`inputOutput`) where the system refuses.
  func write(_ archive: Archive, to file: OutputFile) throws
}

extension ArchiveFormat {
  /// A tree, unless a format says otherwise.
  public var isFlat: Bool { false }
  /// Whatever a checkpoint has, unless a format says otherwise.
  public var holdsScalars: Bool { true }

  /// Refuses: a format that is only read.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    throw Failure(.usage, "\(title) files are read, not written")
  }
}
