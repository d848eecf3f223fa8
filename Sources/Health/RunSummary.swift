public import Checkpoints
import FoundationEssentials
import Tensors

/// A run of `byol-train` as its checkpoint tells it, without what only the trainer needs.
///
/// `training/run` has more (`RunState` in `Training`), which this module does not import: it would bring
/// the engines along.
public struct RunSummary: Codable, Hashable, Sendable {
  /// Where shuffling and augmentation begin.
  public var seed: UInt64
  /// Batches that were used since the seed.
  public var position: Int
  /// The batch at which the run is done.
  public var end: Int
  /// Pictures of a batch.
  public var batch: Int
  /// The pictures that the run is made with.
  public var data: Data?
  /// How views are drawn: `deepmind`, `solo-learn`; absent where they were given.
  public var augmentation: String?
  /// Which library computes.
  public var engine: String
  /// In which numbers.
  public var precision: String
  /// Threads that compute.
  public var threads: Int

  /// Pictures, told from others by their names and labels.
  public struct Data: Codable, Hashable, Sendable {
    /// Pictures.
    public var count: Int
    /// SHA-256 of their names and labels.
    public var sha256: String
  }

  private struct Document: Decodable {
    struct Augmentation: Decodable { var name: String }
    var seed: UInt64
    var position, end, batch, threads: Int
    var data: Data?
    var augmentation: Augmentation?
    var engine, precision: String
  }

  /// The run of a checkpoint; nil where byol-train has not made it.
  ///
  /// - Throws: `Failure` (`badInput`) where the document is damaged.
  public init?(of checkpoint: Checkpoint) throws {
    let path = NativeNames.runPath
    guard let tensor = checkpoint[path] else { return nil }
    guard tensor.elementType == .uint8, tensor.shape.count == 1, tensor.byteCount <= 1 << 20 else {
      throw Failure(
        place: path, expected: "JSON as bytes, 1 MiB at most",
        found: "\(tensor.elementType) \(tensor.shape)")
    }
    let bytes = try tensor.bytes()
    guard
      let found = try? JSONDecoder().decode(Document.self, from: FoundationEssentials.Data(bytes))
    else { throw Failure(.badInput, place: path, "this is no state of a run") }
    seed = found.seed
    position = found.position
    end = found.end
    batch = found.batch
    data = found.data
    augmentation = found.augmentation?.name
    engine = found.engine
    precision = found.precision
    threads = found.threads
  }

  /// The run in a line: `step 3,906 of 3,906, batch 128, seed 0 ...`.
  public var sentence: String {
    var parts = [
      "batch \(Numbers.grouped(position)) of \(Numbers.grouped(end)) of this run",
      "\(Numbers.grouped(batch)) pictures a batch",
    ]
    if let data {
      parts.append("\(Numbers.counted(data.count, "picture")) (\(data.sha256.prefix(12)))")
    }
    parts.append(augmentation.map { "augmentation \($0)" } ?? "views were given")
    parts += ["seed \(seed)", "\(engine) \(precision)", Numbers.counted(threads, "thread")]
    return parts.joined(separator: "; ")
  }
}
