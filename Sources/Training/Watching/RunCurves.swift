/// A run as a page shows it: what it is, its curves, where it stands.
public struct RunCurves: Sendable {
  /// What is trained.
  public var run: RunDescription
  /// The last step, as it was reported.
  public private(set) var last: Sample?
  private(set) var first: Sample?
  private var curves: [String: Curve] = [:]
  /// The latest values of what collapse is judged by.
  private(set) var collapse = CollapseWatch()

  /// Curves without points.
  public init(_ run: RunDescription) { self.run = run }

  /// The curves of what a file of metrics holds.
  public init(_ log: MetricsLog, title: String) {
    self.init(log.run ?? RunDescription(title: title))
    for sample in log.samples { add(sample) }
  }

  /// Adds a later step.
  public mutating func add(_ sample: Sample) {
    for measure in Measure.all {
      guard let value = measure[sample] else { continue }
      curves[measure.name, default: Curve()].add(value, step: sample.step)
    }
    first = first ?? sample
    last = sample
    collapse.add(sample)
  }

  /// A measure's curve; nil where no step has it.
  subscript(measure: Measure) -> Curve? { curves[measure.name] }

  /// A sentence where the network has collapsed; nil where it has not.
  public var warning: String? { collapse.warning(width: run.embeddingWidth) }
}
