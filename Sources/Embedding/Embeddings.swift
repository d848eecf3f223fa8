import Archives
public import Networks
import Synchronization
import Tensors

/// What stages of a network give for pictures, and which pictures gave nothing.
public struct Embeddings: Sendable {
  /// A picture that could not be read.
  public struct Bad: Sendable, Codable, Hashable {
    /// What the user called it.
    public var name: String
    /// Why, in a sentence.
    public var reason: String
  }

  /// The pictures that gave something, in the order in which they were named.
  public var files: [PictureFile] = []
  /// Each stage's rows for them.
  public var features: [String: Features] = [:]
  /// The others.
  public var bad: [Bad] = []
  /// What made the numbers: `onednn float32`.
  public var engine = ""

  /// Runs a network on pictures.
  ///
  /// Every thread decodes and computes by itself, so that one decodes while another computes; only
  /// where there are fewer pictures than threads do all share each layer.
  ///
  /// - Parameters:
  ///   - batch: pictures that a thread takes at once; nil for as many as are best.
  ///   - progress: called with the number of pictures done, one call at a time.
  /// - Throws: `Failure` (`badInput`) where no picture can be read, and whatever stops the network.
  public init(
    of files: [PictureFile], by network: PictureNetwork, batch: Int? = nil,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    let threads = network.session.threads
    // Large pictures take much memory: all threads work at one.
    let alone = files.count >= threads && network.size <= 1024
    let size = max(1, batch ?? network.usualBatch)
    let share =
      alone ? max(1, min(size, files.count / threads)) : files.count < threads ? files.count : size
    let parts = stride(from: 0, to: files.count, by: share).map {
      $0..<min($0 + share, files.count)
    }
    let results = Mutex<[Int: Part]>([:])
    let meter = ProgressMeter(progress)
    try forEachConcurrently(parts, threads: alone ? threads : 1, weight: { _ in 0 }) { range in
      let part = try Part(files[range], network, alone: alone)
      meter.add(range.count)
      results.withLock { $0[range.lowerBound] = part }
    }
    engine = network.session.name
    for (_, part) in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { add(part) }
    guard !self.files.isEmpty else {
      let first = bad.first.map { "\($0.name): \($0.reason)" } ?? "none was named"
      throw Failure(expected: "a picture that can be read", found: "none; \(first)")
    }
  }

  /// What one thread made at once.
  private struct Part: Sendable {
    var files: [PictureFile] = []
    var features: [String: Features] = [:]
    var bad: [Bad] = []

    init(_ candidates: ArraySlice<PictureFile>, _ network: PictureNetwork, alone: Bool) throws {
      var inputs: [[Float]] = []
      for file in candidates {
        do {
          try file.check()
          inputs.append(try network.input(file.path))
          files.append(file)
        } catch let failure as Failure where failure.kind != .usage {
          let reason = [failure.place, failure.message].compactMap { $0 }
          bad.append(Bad(name: file.name, reason: reason.joined(separator: ": ")))
        }
      }
      if !inputs.isEmpty { features = try network.run(inputs, alone: alone) }
    }
  }

  private mutating func add(_ part: Part) {
    files += part.files
    bad += part.bad
    for (stage, rows) in part.features {
      features[stage, default: Features(shape: [0] + rows.shape.dropFirst(), values: [])]
        .append(rows)
    }
  }
}
