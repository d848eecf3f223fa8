import Tensors

/// A file of one pickle (`pickle.dump`, `dill.dump`), as DeepMind and Paddle keep checkpoints.
///
/// Protocols 0 to 5 are read by a machine that calls nothing. Arrays of NumPy and JAX are tensors whose
/// bytes stay in the mapped file; those of protocol 2, which are kept as text, are decoded when they
/// are asked for. See `PickleTree` for what becomes of other objects.
public struct PickleFile: ArchiveFormat {
  /// The protocols that are written.
  public enum Version: Sendable {
    /// What every Python since 2.3 reads, and what DeepMind's checkpoints are; bytes are kept as text.
    case two
    /// Python 3.4 and later.
    case four
  }

  private let version: PickleWriter.Version

  /// The format.
  ///
  /// - Parameter version: the protocol that is written; reading takes each from 0 to 5.
  public init(version: Version = .four) {
    self.version =
      switch version {
      case .two: .two
      case .four: .four
      }
  }

  /// `pickle`.
  public var name: String { "pickle" }
  /// What people call it.
  public var title: String { "Python pickle" }
  /// `pkl`, `pickle`, `dill`, and Paddle's `pdparams` and `pd`.
  public var extensions: [String] { ["pkl", "pickle", "dill", "pdparams", "pd"] }

  /// Whether the file begins as pickles do.
  ///
  /// From protocol 2 on they say so; those of protocols 0 and 1, which do not, begin with a dictionary,
  /// a list or the name of a class and end in a `STOP`. The first pickle of torch's old files is none.
  public func recognises(_ file: MappedFile) -> Bool {
    unsafe (try? file.withCheckedBytes { bytes in
      guard bytes.count > 2 else { return false }
      if bytes[0] == PickleOpcode.proto.rawValue {
        return (2...5).contains(bytes[1]) && PickleOpcode(rawValue: bytes[2]) != nil
          && !bytes.starts(with: Self.torchMagic)
      }
      guard bytes.last == PickleOpcode.stop.rawValue else { return false }
      return Self.oldBeginnings.contains { bytes.starts(with: $0.utf8) } || Self.namesClass(bytes)
    }) ?? false
  }

  /// Reads the tree; the pickle must end where the file does.
  public func read(_ file: MappedFile) throws -> Archive {
    do {
      let pickle = try Pickle(file)
      guard pickle.end == file.count else {
        throw Failure(
          place: "pickle, byte \(pickle.end)", expected: "the end of the file after the pickle",
          found: "\(file.count - pickle.end) bytes more")
      }
      return Archive(try pickle.node(), format: name)
    } catch let failure as Failure {
      throw failure.of(file: file.path)
    }
  }

  /// Writes any tree.
  public func write(_ archive: Archive, to file: OutputFile) throws {
    try unsafe PickleWriter(version) { try unsafe file.write($0) }.write(archive.root)
  }

  /// How torch's files began before it wrote zip files: the pickle of a number of its own.
  private static let torchMagic: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  /// How dictionaries, lists and objects begin in protocols 0 and 1.
  private static let oldBeginnings = ["(dp", "(d.", "(lp", "(l.", "(i", "}q", "}.", "]q", "]."]

  /// Whether the bytes begin with a `GLOBAL`: the names of a module and a class, a line each.
  private static func namesClass(_ bytes: CheckedBytes) -> Bool {
    let lines = bytes.prefix(512).split(
      separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    guard bytes[0] == PickleOpcode.global.rawValue, lines.count == 3 else { return false }
    return [lines[0].dropFirst(), lines[1]].allSatisfy { line in
      !line.isEmpty
        && line.allSatisfy { byte in
          let letter = Character(Unicode.Scalar(byte))
          return byte < 0x80 && (letter.isLetter || letter.isNumber || "._".contains(letter))
        }
    }
  }
}
