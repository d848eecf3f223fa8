import Glibc

/// Writes each step as a line of JSON: `{"step":7,"epoch":0.02,"loss":1.93,...}`.
///
/// A line is on its way to the file when `observe` returns. The first line of each start of the run
/// is its description, `{"run":{...}}`; what was there before stays, and is read by `MetricsLog`.
public final class MetricsFile: Observer {
  /// What the file held before: the earlier part of a resumed run.
  public let earlier: MetricsLog
  private let file: AppendedFile

  /// Opens a file of metrics, or makes one; a last line that a kill has torn is cut off.
  ///
  /// - Throws: `Failure` (`badInput`) where there is a file of something else; (`inputOutput`).
  public init(_ path: String, _ run: RunDescription) throws {
    earlier = unsafe access(path, F_OK) == 0 ? try MetricsLog(path) : MetricsLog()
    file = try AppendedFile(path, keeping: earlier.byteCount)
    try file.append(try MetricsLine.run(run).bytes())
  }

  /// Appends a line.
  public func observe(_ sample: Sample) throws {
    try file.append(try MetricsLine.sample(sample).bytes())
  }

  /// Does nothing: every line is written.
  public func finish() {}
}
