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
    let name = names.path(after: updates)
    // What somebody else called so stays, and the newest is kept under its own name alone.
    guard FileStatus(name, followsLinks: false) == nil || Self.isCheckpoint(name) else { return }
    unsafe unlink(name)
    guard unsafe link(path, name) == 0 else {
      throw Failure.system("cannot give the checkpoint a second name", file: name)
    }
    try prune(upTo: updates)
  }

  /// What has the name of an earlier checkpoint and is none: it stays, and is not counted.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the directory cannot be read.
  func strangers() throws -> [String] {
    guard keep > 0 else { return [] }
    return try earlier().map(\.name).filter { !Self.isCheckpoint($0) }.sorted()
  }

  private var names: CheckpointNames { CheckpointNames(of: path) }

  /// What has the name of an earlier checkpoint.
  private func earlier() throws -> [(updates: Int, name: String)] {
    try DirectoryEntries.names(in: names.folder).compactMap { name in
      names.updates(in: name).map { ($0, names.path(after: $0)) }
    }
  }

  /// Removes those that `keep` has no room for.
  ///
  /// Checkpoints of more updates than were done now are of another continuation, and stay.
  private func prune(upTo updates: Int) throws {
    let found = try earlier().filter { $0.updates <= updates && Self.isCheckpoint($0.name) }
      .sorted { $0.updates < $1.updates }
    for (_, name) in found.dropLast(keep) { unsafe unlink(name) }
  }

  /// Whether there is a checkpoint such as runs write: a regular file that says so of itself.
  private static func isCheckpoint(_ path: String) -> Bool {
    guard FileStatus(path, followsLinks: false)?.kind == .regular,
      let file = try? MappedFile(path, followsLinks: false)
    else { return false }
    return NativeHDF5().recognises(file)
  }
}
