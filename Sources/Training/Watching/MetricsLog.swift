import Tensors

/// What a file of metrics says of a run that may have been interrupted.
///
/// A resumed run repeats the steps since its last checkpoint: a step takes the place of an earlier line
/// of the same step and of all that followed it.
public struct MetricsLog: Sendable, Equatable {
  /// What is trained, as the last description in the file has it.
  public var run: RunDescription?
  /// The steps, ascending.
  public private(set) var samples: [Sample] = []
  /// The bytes of whole lines; what follows was torn by a kill.
  public private(set) var byteCount = 0

  /// The longest line that is read.
  private static let lineLimit = 1 << 20

  /// A log without lines.
  public init() {}

  /// Reads a file of metrics.
  ///
  /// A last line without a line feed is no line: its writer was killed.
  ///
  /// - Throws: `Failure` (`inputOutput`) where it cannot be read, (`badInput`) where a line is no line
  ///   of metrics, by its number.
  public init(_ path: String) throws {
    let file = try MappedFile(path)
    try unsafe file.withCheckedBytes { bytes in
      var (start, number) = (0, 1)
      while true {
        let rest = bytes[start...]
        guard let end = rest.prefix(Self.lineLimit + 1).firstIndex(of: 0x0A) else {
          guard rest.count <= Self.lineLimit else {
            throw Failure(
              file: path, place: "line \(number)", expected: "at most \(Self.lineLimit) bytes",
              found: "more")
          }
          break
        }
        do {
          add(try MetricsLine(CheckedBytes(rebasing: bytes[start..<end])))
        } catch let failure as Failure {
          throw Failure(failure.kind, file: path, place: "line \(number)", failure.message)
        }
        (start, number) = (end + 1, number + 1)
      }
      guard start > 0 || bytes.isEmpty else {
        throw Failure(file: path, expected: "lines of metrics", found: "no whole line")
      }
      byteCount = start
    }
  }

  /// Adds a step, in whose place nothing later may stand.
  public mutating func add(_ sample: Sample) {
    while let last = samples.last, last.step >= sample.step { samples.removeLast() }
    samples.append(sample)
  }

  private mutating func add(_ line: MetricsLine) {
    switch line {
    case .run(let description): run = description
    case .sample(let sample): add(sample)
    }
  }
}
