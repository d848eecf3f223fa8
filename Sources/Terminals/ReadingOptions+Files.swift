public import Archives
import Checkpoints

extension ReadingOptions {
  /// The files by which a checkpoint is read: itself, its sidecar, further files and the dialect's.
  public func files(of checkpoint: String) -> NamedFiles {
    var files = NamedFiles()
    files.reads(checkpoint: checkpoint, sidecar: Sidecar.path(of: checkpoint))
    files.reads(with)
    files.reads(dialect: from)
    return files
  }
}

extension NamedFiles {
  /// Adds a dialect that is named, where the name is a file's.
  public mutating func reads(dialect name: String?) {
    if let name, name.hasSuffix(".json") { reads(name) }
  }
}
