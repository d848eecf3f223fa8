import Checkpoints
import Tensors

/// The loop of a training: views, update, whoever watches, and now and then a checkpoint.
public final class TrainingRun {
  /// How a run ended.
  public enum Ending: Hashable, Sendable {
    /// The planned number of updates is done.
    case done
    /// A signal of that name came; the update under way was finished and written.
    case stopped(String)
  }

  /// How often something is done.
  public struct Pace: Sendable {
    /// Updates between checkpoints; nil for one at the end alone.
    public var every: Int?
    /// Updates between reports with the batch's embeddings; nil for none.
    public var embeddingsEvery: Int?
    /// Looks whether the run is to stop after this update, and why.
    public var stops: @Sendable () -> String? = { nil }

    /// A checkpoint each so many updates.
    public init(every: Int? = nil) { self.every = every }
  }

  private let updater: any Updating
  private let source: any ViewSource
  private var series: CheckpointSeries
  private let pace: Pace
  /// Where the run is.
  public private(set) var state: RunState
  /// The position of the newest checkpoint at the destination; nil where there is none yet.
  public private(set) var written: Int?
  /// Updates done before the run's own position 0.
  private let offset: Int

  /// A run that goes on from `state`.
  ///
  /// - Parameters:
  ///   - offset: updates that the checkpoint had before byol-train counted.
  ///   - isWritten: whether the destination holds the state that the run begins with.
  public init(
    _ updater: any Updating, source: any ViewSource, state: RunState, offset: Int = 0,
    series: CheckpointSeries, isWritten: Bool, pace: Pace
  ) {
    written = isWritten ? state.position : nil
    self.updater = updater
    self.source = source
    self.state = state
    self.offset = offset
    self.series = series
    self.pace = pace
  }

  /// Updates done in all, which numbers checkpoints.
  public var updates: Int { offset + state.position }

  /// Trains until the end, or until a signal comes.
  ///
  /// Where the destination holds nothing of the run yet, its beginning is written first: a disk that
  /// takes nothing is noticed before the work, and the networks as they began can be looked at later.
  ///
  /// - Parameter watch: called after each update.
  /// - Throws: `Failure`, which says where the last good checkpoint is: (`differs`) of a loss that is
  ///   no number, (`inputOutput`) of a disk that takes no more.
  public func run(watch: (StepReport) throws -> Void) throws -> Ending {
    if written == nil { try save() }
    while state.position < state.end {
      let report = try step()
      try watch(report)
      if let name = pace.stops() {
        try save()
        return .stopped(name)
      }
      if let every = pace.every, updates % every == 0, state.position < state.end { try save() }
    }
    try save()
    return .done
  }

  private func step() throws -> StepReport {
    do {
      let isAsked = pace.embeddingsEvery.map { state.position % $0 == 0 } ?? false
      let report = try updater.update(
        try source.views(at: state.position), reportsEmbedding: isAsked)
      guard report.loss.isFinite else {
        throw Failure(.differs, "the loss is \(report.loss)")
      }
      state.position += 1
      return report
    } catch var failure as Failure {
      failure.message =
        "update \(updates + 1) failed: " + failure.message + "; " + lastGood(lost: updates)
      throw failure
    }
  }

  /// Writes a checkpoint, if the newest is not of this position already.
  private func save() throws {
    guard written != state.position else { return }
    do {
      try series.write(try updater.checkpoint().with(state))
      written = state.position
      if pace.every != nil { try series.keepNewest(updates: updates) }
    } catch var failure as Failure where failure.kind == .inputOutput {
      failure.message += "; " + lastGood(lost: updates)
      throw failure
    }
  }

  /// Where the training can be taken up.
  private func lastGood(lost last: Int) -> String {
    guard let written else {
      return "nothing was trained yet"
    }
    let first = offset + written + 1
    let lost =
      first > last
      ? "nothing is lost"
      : first == last ? "update \(first) is lost" : "updates \(first) to \(last) are lost"
    return "\(series.path) holds the state after update \(first - 1), whole (\(lost))"
  }
}
