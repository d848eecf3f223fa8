import Checkpoints
import Images
import Tensors

/// Where a run's random streams begin or go on, and what the report says of it.
struct Streams {
  /// Where shuffling and augmentation begin.
  var seed: UInt64
  /// Batches used since then.
  var position: Int
  /// The line `random` of the report.
  var finding: PlanFinding

  /// Goes on where the run was if it is still the same one, or else anew.
  ///
  /// - Parameters:
  ///   - foreign: what the plan says of a source's own random state.
  ///   - seed: the user's.
  init(
    before: RunState?, pictures: Pictures, engine: TrainingEngine, seed: UInt64?,
    foreign: PlanFinding?
  ) {
    if pictures.given != nil {
      self.seed = seed ?? before?.seed ?? 0
      position = before?.position ?? 0
      finding = PlanFinding("random", "not used: views are given", .flag)
      return
    }
    guard let before else {
      self.seed = seed ?? 0
      position = 0
      finding = PlanFinding(
        "random", "seed \(self.seed), from the beginning", seed == nil ? .assumed : .flag,
        [foreign?.value, foreign?.consequence].compactMap { $0 }.joined(separator: ": "))
      return
    }
    let changes = [
      before.batch != pictures.batch ? "batch" : nil,
      before.data != pictures.digest ? "data" : nil,
      before.augmentation != pictures.augmentation ? "augmentation" : nil,
      seed.map { $0 != before.seed } == true ? "seed" : nil,
    ].compactMap { $0 }
    guard changes.isEmpty else {
      var next = SplitMix64(
        seed: before.seed, for: Self.another, UInt64(before.position))
      self.seed = seed ?? next.next()
      position = 0
      finding = PlanFinding(
        "random", "seed \(self.seed), from the beginning", seed == nil ? .file : .flag,
        "\(changes.joined(separator: " and ")) changed: the order of the pictures and their "
          + "augmentation begin anew")
      return
    }
    self.seed = before.seed
    position = before.position
    let isSame =
      engine.library == before.engine && engine.precision == before.precision
      && engine.threads == before.threads
    finding = PlanFinding(
      "random", "seed \(before.seed), goes on at position \(before.position)", .file,
      isSame
        ? nil
        : "another engine, precision or number of threads than so far (\(before.engine) "
          + "\(before.precision), \(before.threads)): the last bits differ from those of a run in "
          + "one piece")
  }

  /// What random numbers of a changed run are for; see `DataOrder.Purpose`.
  private static let another: UInt64 = 3
}
