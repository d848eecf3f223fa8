import Checkpoints

/// One line of the resumability report: a value that the next updates depend on, and how it is known.
public struct PlanFinding: Sendable, Hashable, Codable {
  /// What it is: `tau`, `target.encoder`, `random`.
  public var field: String
  /// The value, in words.
  public var value: String
  /// How it is known.
  public var origin: Origin
  /// What the assumption changes, or what is unusual: one sentence; nil where nothing is.
  public var consequence: String?

  /// A line of the report.
  public init(_ field: String, _ value: String, _ origin: Origin, _ consequence: String? = nil) {
    self.field = field
    self.value = value
    self.origin = origin
    self.consequence = consequence
  }
}
