import Archives
import Checkpoints
import Tensors

extension Checkpoint {
  /// Notes in the provenance which file the checkpoint was read from, unless it knows an earlier one or
  /// is a run's own.
  ///
  /// - Throws: `Failure` where the file cannot be read.
  mutating func noteSource(of loaded: Loaded) throws {
    let isFirst = provenance.source == nil && self[RunState.path] == nil
    guard loaded.dialect != nil || isFirst else { return }
    provenance.source = Provenance.Source(
      name: baseName(loaded.path), size: loaded.size,
      sha256: try Self.digest(of: loaded.files).description, format: loaded.archive.format)
  }

  /// The SHA-256 of a file; of several that of the list that `sha256sum` prints of them.
  private static func digest(of files: [MappedFile]) throws -> Digest {
    let digests = try files.map { file in
      (
        name: baseName(file.path),
        digest: try Tensor(.uint8, shape: [file.count], source: file).digest()
      )
    }
    if digests.count == 1, let only = digests.first { return only.digest }
    var hasher = DigestHasher()
    for (name, digest) in digests { hasher.update("\(digest)  \(name)\n") }
    return hasher.finalized()
  }
}
