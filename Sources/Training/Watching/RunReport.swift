/// What a file of metrics says, in a few numbers.
public struct RunReport {
  /// The run's curves.
  public let curves: RunCurves
  /// The few numbers.
  public let summary: Summary
  private let log: MetricsLog

  /// The few numbers, as they are printed.
  public struct Summary: Encodable, Sendable {
    /// The file, as the caller named it.
    public var file: String
    /// What is trained.
    public var title: String
    /// How many steps the file has.
    public var steps: Int
    /// The last of them.
    public var lastStep: Int?
    /// The measures that the run has.
    public var measures: [Row]
    /// A sentence where the network has collapsed.
    public var warning: String?

    private enum CodingKeys: String, CodingKey {
      case file, title, steps, measures, warning
      case lastStep = "last_step"
    }
  }

  /// A measure over a run; values that are not finite are left out.
  public struct Row: Encodable, Sendable {
    /// `Measure.name`.
    public var name: String
    /// Its values.
    public var first, least, largest, last: Double
  }

  /// Reads a file of metrics.
  ///
  /// - Throws: `Failure`, as `MetricsLog` does.
  public init(_ path: String) throws {
    log = try MetricsLog(path)
    curves = RunCurves(log, title: path)
    let samples = log.samples
    let rows = Measure.all.compactMap { measure -> Row? in
      let values = samples.compactMap { measure[$0] }.filter(\.isFinite)
      guard let first = values.first, let last = values.last, let least = values.min(),
        let largest = values.max()
      else { return nil }
      return Row(name: measure.name, first: first, least: least, largest: largest, last: last)
    }
    summary = Summary(
      file: path, title: curves.run.title, steps: samples.count, lastStep: samples.last?.step,
      measures: rows, warning: curves.warning)
  }

  /// Writes the steps as TensorBoard events.
  ///
  /// The file has no times: each event is as many seconds after 1970 as its step says, so that the
  /// same metrics give the same bytes.
  ///
  /// - Throws: `Failure` (`inputOutput`) where the system refuses.
  public func writeEvents(folder: String) throws {
    var time = 0.0
    let events = try EventFile(
      folder: folder, from: log.samples.first?.step ?? 0, name: "0000000000.report"
    ) { time }
    for sample in log.samples {
      time = Double(sample.step)
      try events.observe(sample)
    }
  }
}
