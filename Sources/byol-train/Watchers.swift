import Checkpoints
import Terminals
import Training

/// Those who watch a run: the live line, and the files that were asked for.
struct Watchers {
  /// Updates between measurements of the embeddings' rank, which takes some milliseconds.
  static let rankEvery = 20

  private let observers: Observers
  private let updatesPerEpoch: Int
  private let batch: Int
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  private var secondsAnUpdate: Double?
  /// Whether anybody wants to know the rank.
  let wantsRank: Bool

  init(_ options: WatchOptions, _ session: Session) throws {
    let run = RunDescription(session)
    let first = session.report.firstStep
    var all: [any Observer] = [
      LiveLine(steps: first + session.report.planned, isQuiet: options.quiet || options.json)
    ]
    var earlier = MetricsLog()
    if let path = options.metrics {
      let file = try MetricsFile(path, run)
      earlier = file.earlier
      all.append(file)
    }
    if let folder = options.tensorboard {
      all.append(try EventFile(folder: folder, from: first))
    }
    if let path = options.html {
      all.append(try PageFile(path, run, earlier: earlier, from: first))
    }
    wantsRank = all.count > 1
    observers = Observers(all, warn: complain)
    updatesPerEpoch = max(1, session.updatesPerEpoch)
    batch = session.batch
    last = clock.now
  }

  /// Shows an update to all.
  mutating func observe(_ step: StepReport) {
    let now = clock.now
    let seconds = (now - last) / .seconds(1)
    last = now
    // The mean over the last ten updates or so; the first one also sets everything up.
    secondsAnUpdate = secondsAnUpdate.map { 0.9 * $0 + 0.1 * seconds } ?? seconds
    var sample = Sample(
      step: step.step, epoch: Double(step.step + 1) / Double(updatesPerEpoch), loss: step.loss)
    sample.classificationLoss = step.classificationLoss
    sample.accuracy = step.accuracy
    sample.tau = step.tau
    sample.learningRate = step.learningRate
    sample.imagesPerSecond = secondsAnUpdate.map { Double(batch) / max($0, 1e-9) }
    sample.featureDeviation = step.featureDeviation
    sample.effectiveRank = step.embedding.flatMap { CollapseMeasures.effectiveRank(of: $0) }
    sample.gradientNorm = step.gradientNorm
    observers.observe(sample)
  }

  /// Ends all of it.
  func finish() { observers.finish() }
}

extension RunDescription {
  /// What the head of a file of metrics says of a session.
  init(_ session: Session) {
    let report = session.report
    self.init(
      title: report.checkpoint.map { "\(baseName($0)): \(report.architecture)" }
        ?? report.architecture,
      steps: report.firstStep + report.planned,
      embeddingWidth: session.embeddingWidth,
      settings: [Setting("engine", report.engine)]
        + report.findings.filter { $0.value != "found" }.map { Setting($0.field, $0.value) })
  }
}
