import Checkpoints
import Health

/// An inspection with the run and the health beside it: what `byol-inspect --json` prints.
struct InspectionDocument: Encodable {
  private let inspection: Inspection
  private let run: RunSummary?
  private let health: HealthReport?

  init(_ inspection: Inspection, run: RunSummary?, health: HealthReport?) {
    self.inspection = inspection
    self.run = run
    self.health = health
  }

  private enum CodingKeys: String, CodingKey {
    case run, health
  }

  func encode(to encoder: any Encoder) throws {
    // Both write keys of one object.
    try inspection.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(run, forKey: .run)
    try container.encodeIfPresent(health, forKey: .health)
  }
}
