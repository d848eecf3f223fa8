import Archives
import Checkpoints
import Conversions
import Tensors

/// Writing a checkpoint that is in memory as a native file.
public enum NativeOutput {
  /// Writes the file: under another name in the same directory, then to the disk, then renamed, so that
  /// the destination is the old file or the new one whatever happens.
  ///
  /// The same checkpoint gives the same bytes. Fingerprints are computed anew, and nothing that was
  /// verified of the source is said of the new numbers.
  ///
  /// - Parameters:
  ///   - force: whether an existing file is replaced.
  ///   - sync: whether to wait until the file is on the disk.
  ///   - threads: that hash and write.
  /// - Throws: `Failure` (`usage`) where the file exists and `force` is not set; (`inputOutput`) where
  ///   the system refuses: the destination is then what it was before.
  public static func write(
    _ checkpoint: Checkpoint, to path: String, force: Bool, sync: Bool = true, threads: Int = 2
  ) throws {
    let file = try AtomicFile(path, AtomicFile.Options(force: force, sync: sync))
    do {
      try write(
        checkpoint,
        into: OutputFile(descriptor: file.output.descriptor, path: file.temporaryPath),
        threads: threads)
      try file.commit()
    } catch var failure as Failure {
      file.discard()
      // The temporary name means nothing to the user.
      if failure.file == file.temporaryPath { failure.file = path }
      throw failure
    }
  }

  private static func write(
    _ checkpoint: Checkpoint, into file: OutputFile, threads: Int
  ) throws {
    _ = try checkpoint.writeNativeFile(into: file, threads: threads) { written, _ in
      written.tree = checkpoint.tree?.mapLeaves { leaf in
        var leaf = leaf
        // The source's numbers have changed since.
        leaf.sha256 = nil
        return leaf
      }
      written.verification = Verification()
      written.verification.probeMissing = "the checkpoint is of a run under way"
    }
  }
}
