/// What a run found, assumed and did: what `byol-train` prints.
///
/// The JSON form is described by `schemas/train-report.schema.json`.
public struct SessionReport: Codable, Sendable {
  /// The checkpoint that the run goes on from, or nil where it begins.
  public var checkpoint: String?
  /// The checkpoint that is written.
  public var output: String
  /// The networks: `ResNet-50 (bottleneck, 3-4-6-3)`.
  public var architecture: String
  /// What was found and what had to be assumed, in the order in which it is read.
  public var findings: [PlanFinding]
  /// What computes: `onednn float32, 2 threads`.
  public var engine: String
  /// The index of the first update in the schedules.
  public var firstStep: Int
  /// Updates that this run adds, as planned.
  public var planned: Int
  /// Updates that were done.
  public var done: Int
  /// `planned` (nothing was trained), `done`, or the name of the signal that stopped the run.
  public var ending: String
  /// The loss of the first update of this run.
  public var firstLoss: Double?
  /// The loss of the last one.
  public var lastLoss: Double?
  /// Pictures a second over all updates, checkpoints included.
  public var imagesPerSecond: Double?
  /// Pictures that could not be read.
  public var corrupt: [CorruptPicture]
  /// What the user should know, a sentence each.
  public var notes: [String]

  enum CodingKeys: String, CodingKey {
    case checkpoint, output, architecture, findings, engine, planned, done, ending, corrupt, notes
    case firstStep = "first_step"
    case firstLoss = "first_loss"
    case lastLoss = "last_loss"
    case imagesPerSecond = "images_per_second"
  }
}
