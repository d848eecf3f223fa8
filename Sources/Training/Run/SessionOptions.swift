import Archives
import Tensors

/// What the user says of a run; whatever is nil comes from the checkpoint, or is the usual.
public struct SessionOptions: Sendable {
  /// Where the pictures are.
  public var data: String?
  /// The pictures, where they were opened already.
  var opened: (any Dataset)?
  /// Whether the pictures' labels are used, if they have any.
  public var usesLabels = true
  /// A file of given views, instead of pictures.
  public var views: String?
  /// The checkpoint to write; nil for the one that the run goes on from, if it is a run's own.
  public var out: String?
  /// Whether an existing file is replaced.
  public var force = false
  /// Updates that are added.
  public var steps: Int?
  /// Epochs that are added.
  public var epochs: Int?
  /// Updates between checkpoints; nil for one at the end alone.
  public var every: Int?
  /// Earlier checkpoints that stay beside the newest.
  public var keep = 0
  /// Whether to wait until a checkpoint is on the disk.
  public var sync = true
  /// The library that computes.
  public var engine: String?
  /// The numbers that it computes with.
  public var precision: String?
  /// Threads that compute.
  public var threads: Int?
  /// Threads that decode and augment.
  public var workers = 2
  /// Where shuffling and augmentation begin.
  public var seed: UInt64?
  /// The name of the augmentation pipeline.
  public var augmentation: String?
  /// Height and width of views.
  public var size: Int?
  /// What the user says of optimiser and schedules; `batch`, `examples` and `end` are settled here.
  public var plan = PlanOptions()

  /// Options that say nothing.
  public init() {}

  /// Refuses numbers that mean nothing.
  ///
  /// - Throws: `Failure` (`usage`).
  func check() throws {
    for (name, value, least) in [
      ("--batch", plan.batch, 2), ("--steps", steps, 0), ("--epochs", epochs, 0),
      ("--every", every, 1), ("--keep", keep, 0), ("--threads", threads, 1),
      ("--workers", workers, 1), ("--size", size, 8),
    ] {
      guard let value else { continue }
      guard (least...1 << 32).contains(value) else {
        throw Failure(.usage, "\(name) is a number from \(least), not \(value)")
      }
    }
    guard steps == nil || epochs == nil else {
      throw Failure(.usage, "--steps and --epochs both tell how long the run is: one of them")
    }
    guard keep == 0 || every != nil else {
      throw Failure(.usage, "--keep goes with --every")
    }
    switch (data, views) {
    case (nil, nil): throw Failure(.usage, "--data tells where the pictures are")
    case (_?, _?): throw Failure(.usage, "--data and --views: one of them")
    case (nil, _?):
      guard plan.batch == nil, augmentation == nil, size == nil, usesLabels else {
        throw Failure(
          .usage,
          "given views are as they are: --batch, --augmentation, --size and --no-labels go with --data"
        )
      }
    default: break
    }
  }
  /// Refuses checkpoints at `out` that would take the place of the pictures.
  ///
  /// - Throws: `Failure` (`usage`).
  func checkPlaces(_ out: String) throws {
    var files = NamedFiles()
    files.reads(data: data)
    files.reads(views)
    files.writes(out)
    if keep > 0 { files.writesSeries(of: out) }
    try files.check()
  }
}
