import Checkpoints
import Synchronization
import Tensors

/// A session by the fastest engine, layer by layer: for builds without oneDNN, and for stages that
/// only a traced pass shows.
struct EngineSession: SessionRunner {
  private let checkpoint: Checkpoint
  private let branch: Branch
  private let stages: Set<String>

  /// A session of a checkpoint.
  ///
  /// - Throws: `Failure` (`usage`) where another precision than float32 is wanted.
  init(_ checkpoint: Checkpoint, _ options: InferenceSession.Options, threads: Int) throws {
    guard options.precision == .float32 else {
      throw Failure(
        .usage,
        "\(options.precision.rawValue) needs oneDNN and a stage that it compiles; float32 runs all")
    }
    self.checkpoint = checkpoint
    branch = options.branch
    stages = options.stages
  }

  var name: String { Engines.fast().name }

  func run(_ pictures: Pictures, threads: Int) throws -> [String: Features] {
    var result: [String: Features] = [:]
    for picture in 0..<pictures.count {
      for (stage, values) in try run(pictures.activation(picture..<picture + 1), threads: threads) {
        result[stage, default: Features(shape: [0] + values.shape.dropFirst(), values: [])]
          .append(values)
      }
    }
    return result
  }

  private func run(_ picture: Activation, threads: Int) throws -> [String: Features] {
    let seen = Mutex<(names: [String], found: [String: Features])>(([], [:]))
    let stages = stages
    _ = try Engines.fast(threads: threads).run(
      ForwardRequest(branch: branch, input: picture) { stage, values in
        seen.withLock {
          $0.names.append(stage)
          if stages.contains(stage) { $0.found[stage] = Features(values) }
        }
      }, on: checkpoint)
    return try seen.withLock { seen in
      if let missing = stages.subtracting(seen.found.keys).min() {
        let main = seen.names.filter { !$0.contains("/") || $0.hasPrefix("stem/") }
        throw Failure(
          .usage,
          "\(branch.rawValue) has no stage called \(missing); it has \(main.joined(separator: ", "))"
            + ", blocks (stage0/block0) and their layers (stage0/block0/conv1)")
      }
      return seen.found
    }
  }
}

extension Features {
  /// Puts the rows of others, of the same shape but for their number, behind these.
  public mutating func append(_ other: Features) {
    values += other.values
    shape[0] += other.shape[0]
  }
}
