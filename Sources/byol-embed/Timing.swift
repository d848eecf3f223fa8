import Checkpoints
import Embedding
import Glibc
import Networks
import Tensors
import Terminals

/// How fast the network alone is, on random pictures in memory, and how fast picture files become what
/// it sees.
struct Timing: Encodable {
  /// Pictures of a batch.
  var batch: Int
  /// Height and width, in pixels.
  var size: Int
  var engine: String
  var threads: Int
  /// From the start of loading to the first batch's features.
  var firstSeconds: Double
  /// Of each batch after it.
  var seconds: [Double]
  /// Processor time of all threads, of each batch after the first.
  var processorSeconds: [Double]
  /// Of each picture file, decoded, cut, resized and normalised by one thread.
  var inputSeconds: [Double]?

  private let isJSON: Bool

  enum CodingKeys: String, CodingKey {
    case batch, size, engine, threads, seconds
    case firstSeconds = "first_seconds"
    case processorSeconds = "processor_seconds"
    case inputSeconds = "input_seconds"
  }

  /// Times batches of `count` pictures.
  ///
  /// - Throws: `Failure`, see `InferenceSession`.
  init(_ command: Embed, count: Int) throws {
    let start = ContinuousClock.now
    let checkpoint = try command.load()
    batch = count
    size = checkpoint.contract.input.size
    let session = try InferenceSession(checkpoint, options: command.options)
    let (area, overflow) = size.multipliedReportingOverflow(by: size)
    guard !overflow, area > 0, area <= 1 << 26, area * count <= 1 << 30 else {
      throw Failure(.usage, "--benchmark \(count) pictures of \(size) pixels are too many")
    }
    var generator = SplitMix64(seed: 1)
    let pictures = Pictures(
      count: count, height: size, width: size,
      values: (0..<3 * area * count).map { _ in Float(generator.next() >> 40) / 4_194_304 - 2 })
    _ = try session.run(pictures)
    firstSeconds = (ContinuousClock.now - start) / .seconds(1)
    seconds = []
    processorSeconds = []
    for _ in 0..<command.rounds {
      let (begin, processor) = (ContinuousClock.now, clock())
      _ = try session.run(pictures)
      seconds.append((ContinuousClock.now - begin) / .seconds(1))
      processorSeconds.append(Double(clock() - processor) / Double(CLOCKS_PER_SEC))
    }
    engine = session.name
    threads = session.threads
    isJSON = command.json
    guard !command.pictures.isEmpty else { return }
    let network = try PictureNetwork(
      checkpoint, file: command.checkpoint, options: command.options)
    // The first time they are read from the disk.
    let files = try PictureFile.all(command.pictures)
    for file in files { try file.check() }
    for file in files { _ = try network.input(file.path) }
    inputSeconds = try files.map { file in
      let begin = ContinuousClock.now
      _ = try network.input(file.path)
      return (ContinuousClock.now - begin) / .seconds(1)
    }
  }

  /// The median rate, or all as JSON.
  func print() throws {
    guard !isJSON else { return try printJSON(self) }
    let middle = seconds.sorted()[seconds.count / 2]
    printLine(
      "\(Numbers.counted(batch, "picture")) of \(size)x\(size): "
        + "\(Numbers.fixed(Double(batch) / middle, 1)) images/s (\(engine), "
        + "\(Numbers.counted(threads, "thread"))), the first batch after "
        + "\(Numbers.fixed(firstSeconds, 3)) s")
    guard let inputSeconds else { return }
    let rate = Double(inputSeconds.count) / inputSeconds.reduce(0, +)
    printLine(
      "\(Numbers.counted(inputSeconds.count, "file")): \(Numbers.fixed(rate, 1)) images/s decoded, "
        + "cut and resized by one thread")
  }
}
