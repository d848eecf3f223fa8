import Tensors

/// The names of the checkpoints that a run keeps beside its newest one: of `run.h5`,
/// `run-00000500.h5` after 500 updates.
public struct CheckpointNames: Sendable {
  /// The newest one.
  public let path: String
  private static let ending = ".h5"
  private static let digits = 8

  /// The names beside `path`, which ends in `.h5`.
  public init(of path: String) { self.path = path }

  /// The path of the one after that many updates.
  public func path(after updates: Int) -> String {
    let (folder, name) = parts
    return folder + self.name(after: updates, stem: name)
  }

  /// The updates that a name in the directory of the newest tells; nil where it is none of these names.
  public func updates(in name: String) -> Int? {
    let stem = parts.stem
    guard name.hasPrefix(stem + "-"), name.hasSuffix(Self.ending) else { return nil }
    let digits = name.dropFirst(stem.count + 1).dropLast(Self.ending.count)
    guard digits.count >= Self.digits, let number = Int(digits), number >= 0,
      self.name(after: number, stem: stem) == name
    else { return nil }
    return number
  }

  /// The directory of the newest, with the slash where it is named, and the name without its ending.
  private var parts: (folder: String, stem: String) {
    let stem = String(path.dropLast(Self.ending.count))
    let folder = stem.lastIndex(of: "/").map { String(stem[...$0]) } ?? ""
    return (folder, String(stem.dropFirst(folder.count)))
  }

  /// The directory that holds them.
  public var folder: String { parts.folder.isEmpty ? "." : parts.folder }

  private func name(after updates: Int, stem: String) -> String {
    let number = String(updates)
    let zeros = String(repeating: "0", count: max(0, Self.digits - number.count))
    return stem + "-" + zeros + number + Self.ending
  }

  /// Whether a place has one of these names in that directory.
  func contain(_ place: FilePlace) -> Bool {
    updates(in: place.name) != nil && place.folder == FileStatus(folder)?.identity
      && place.folder != nil
  }
}
