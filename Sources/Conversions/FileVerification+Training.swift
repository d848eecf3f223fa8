import Checkpoints
import FoundationEssentials
import Tensors

extension FileVerification {
  /// The counts of a run of byol-train: a part of the document `training/run`.
  private struct Run: Decodable {
    /// Batches used since the run's seed.
    var position: Int
    /// Batches of the whole run.
    var end: Int
  }

  /// That a run of byol-train has changed the weights since they were the source's; nil where the
  /// checkpoint is no run's.
  ///
  /// - Throws: `Failure` (`badInput`) where the run's document is damaged.
  static func trainedSince(_ checkpoint: Checkpoint) throws -> String? {
    guard let document = checkpoint[NativeNames.runPath] else { return nil }
    let run: Run
    do {
      try Document.check(document.byteCount)
      run = try JSONDecoder().decode(Run.self, from: Data(try document.bytes()))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(
        .badInput, place: NativeNames.runPath, "this document does not say where the run is")
    }
    let source = checkpoint.provenance.source.map { " from \($0.name)" } ?? ""
    return
      "it was trained since by byol-train\(source), \(Numbers.grouped(run.position)) of "
      + "\(Numbers.grouped(run.end)) batches, and so is not compared with its source"
  }
}
