import Archives
public import Checkpoints
import Glibc
import Tensors

/// The checkpoints that a run leaves: the newest under one name, and some of the earlier ones beside it.
///
/// `run.h5` is always the newest. With `keep` > 0 the last ones are beside it as `run-00000500.h5`, by
/// the number of updates done; older ones are removed. They are further names (hard links) of files
/// that were `run.h5`, so they cost no second writing.
public struct CheckpointSeries: Sendable {
  /// The name of the newest.
  public let path: String
  /// How many earlier ones stay.
  public let keep: Int
  /// Whether a file of that name may be replaced at the first writing; afterwards it is our own.
  public var force: Bool
  private let sync: Bool

  /// Checkpoints at `path`.
  public init(_ path: String, keep: Int = 0, force: Bool = false, sync: Bool = true) {
    self.path = path
    self.keep = keep
    self.force = force
    self.sync = sync
  }

  /// Refuses a destination to which nothing could be written, before any work is done.
  ///
  /// - Throws: `Failure`, as `AtomicFile` does.
  public func check() throws {
    guard path.lowercased().hasSuffix(".h5") else {
      throw Failure(
        .usage, file: path,
        "a run's checkpoints are native HDF5 files, whose names end in .h5; byol-convert makes other "
          + "formats of them")
    }
    try AtomicFile.check(path, force: force)
  }

  /// Writes a checkpoint as the newest one.
  ///
  /// - Throws: `Failure` (`inputOutput`); what was the newest is then still there, whole.
  public mutating func write(_ checkpoint: Checkpoint) throws {
    try NativeOutput.write(checkpoint, to: path, force: force, sync: sync)
    force = true
  }

  /// Gives the newest its name among the earlier ones, and removes those that `keep` has no room for.
  ///
  /// - Parameter updates: updates done, for the name.
  /// - Throws: `Failure` (`inputOutput`); the newest is not touched.
  public func keepNewest(updates: Int) throws {
    guard keep > 0 else { return }
    let name = earlier(updates)
    unsafe unlink(name)
    guard unsafe link(path, name) == 0 else {
      throw Failure.system("cannot give the checkpoint a second name", file: name)
    }
    try prune(upTo: updates)
  }

  /// The name of the checkpoint after that many updates.
  func earlier(_ updates: Int) -> String {
    let digits = String(updates)
    return stem + "-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".h5"
  }

  private var stem: String { String(path.dropLast(3)) }

  /// Removes those that `keep` has no room for.
  ///
  /// Checkpoints of more updates than were done now are of another continuation, and stay.
  private func prune(upTo updates: Int) throws {
    let folder = stem.lastIndex(of: "/").map { String(stem[...$0]) } ?? ""
    let head = String(stem.dropFirst(folder.count)) + "-"
    var found: [Int] = []
    for name in try DirectoryEntries.names(in: folder.isEmpty ? "." : folder) {
      guard name.hasPrefix(head), name.hasSuffix(".h5") else { continue }
      let digits = name.dropFirst(head.count).dropLast(3)
      guard digits.count >= 8, let number = Int(digits), number <= updates,
        folder + name == earlier(number)
      else { continue }
      found.append(number)
    }
    for number in found.sorted().dropLast(keep) { unsafe unlink(earlier(number)) }
  }
}
