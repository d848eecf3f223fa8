import Archives

/// Keeps a page of a run up to date: rewritten whole, under its name or not at all, every now and then
/// and at the end.
public final class PageFile: Observer {
  private let path: String
  private var curves: RunCurves
  private let interval: Duration
  private var written: ContinuousClock.Instant

  /// Writes the page for the first time, so that a path that cannot be written to is known at once.
  ///
  /// - Parameters:
  ///   - earlier: the earlier part of a resumed run, as `MetricsFile.earlier` has it.
  ///   - step: the first step that will come; earlier steps from there on were repeated.
  ///   - interval: the least time between two writings.
  /// - Throws: `Failure` (`usage`, `inputOutput`), as `AtomicFile` does.
  public init(
    _ path: String, _ run: RunDescription, earlier: MetricsLog = MetricsLog(), from step: Int = 0,
    every interval: Duration = .seconds(20)
  ) throws {
    self.path = path
    self.interval = interval
    curves = RunCurves(run)
    for sample in earlier.samples where sample.step < step { curves.add(sample) }
    written = .now
    try write(isRunning: true)
  }

  /// Takes a step in, and writes the page when it is time.
  public func observe(_ sample: Sample) throws {
    curves.add(sample)
    guard ContinuousClock.now - written >= interval else { return }
    try write(isRunning: true)
    written = .now
  }

  /// Writes the page for the last time.
  public func finish() throws { try write(isRunning: false) }

  private func write(isRunning: Bool) throws {
    try Page([curves], isRunning: isRunning).write(path)
  }
}

/// Gives a file a new content, whole or not at all.
func replace(_ path: String, with text: String) throws {
  let file = try AtomicFile(path, AtomicFile.Options(force: true, sync: false))
  try file.output.write(Array(text.utf8))
  try file.commit()
}
