import Archives
public import Checkpoints
public import Gradients
import Images
import Tensors

/// A run, settled from what goes on and from what the user says: everything is checked before the first
/// update, and nothing is written before it.
public final class Session {
  /// What is told of the run; the numbers of the training are added while it goes on.
  public private(set) var report: SessionReport
  /// The plan of the updates.
  public let plan: Plan
  /// Updates of an epoch.
  public let updatesPerEpoch: Int
  /// Pictures of an update.
  public let batch: Int
  /// The length of an embedding; nil where the encoder's description does not tell.
  public var embeddingWidth: Int? { checkpoint.contract.encoder.channels.last }
  private let checkpoint: Checkpoint
  private let state: RunState
  private let engine: TrainingEngine
  private let source: any ViewSource
  private let series: CheckpointSeries
  /// Pictures that were found and are not trained with.
  private let leftOut: [CorruptPicture]
  private let isWritten: Bool
  private let every: Int?

  /// Goes on from a checkpoint that was opened.
  ///
  /// - Throws: `Failure`: (`usage`) of options that do not fit, (`badInput`) of data or a checkpoint
  ///   that cannot be trained with, (`inputOutput`).
  public convenience init(resuming loaded: Loaded, options: SessionOptions) throws {
    var checkpoint = loaded.checkpoint
    try checkpoint.noteSource(of: loaded)
    let isOwn = loaded.archive.format == "hdf5" && checkpoint[RunState.path] != nil
    var options = options
    let isInPlace = isOwn && (options.out == nil || options.out == loaded.path)
    if isInPlace {
      options.out = loaded.path
      options.force = true
    }
    do {
      try self.init(checkpoint, path: loaded.path, isWritten: isInPlace, options: options)
    } catch let failure as Failure where failure.kind == .badInput {
      throw failure.of(file: loaded.path)
    }
    report.notes = loaded.notes + report.notes
  }

  /// Begins a run with random networks; the linear classifier has as many classes as the pictures.
  ///
  /// - Throws: `Failure`, as for a run that goes on.
  public convenience init(
    beginning design: NetworkDesign, seed: UInt64, options: SessionOptions
  ) throws {
    var (design, options) = (design, options)
    if let path = options.data {
      // How pictures are decoded is the design's, whatever the number of classes.
      let data = try Datasets.open(path, decoding: try Decoding(design.contract.input))
      options.opened = data
      design.classes = options.usesLabels ? data.classes.count : 0
    }
    try self.init(
      try Checkpoint.fresh(design, seed: seed), path: nil, isWritten: false, options: options)
    // What a run begins with is no loss.
    report.findings = report.findings.compactMap { finding in
      guard finding.field != "step", !finding.field.hasPrefix("optimizer.") else { return nil }
      var finding = finding
      if finding.field == "random" { finding.consequence = nil }
      return finding
    }
  }

  private init(
    _ original: Checkpoint, path: String?, isWritten: Bool, options: SessionOptions
  ) throws {
    try options.check()
    guard let out = options.out else {
      throw Failure(.usage, "--out tells the checkpoint to write, a name that ends in .h5")
    }
    series = CheckpointSeries(out, keep: options.keep, force: options.force, sync: options.sync)
    try series.check()
    try options.checkPlaces(out)
    self.isWritten = isWritten
    every = options.every
    let before: RunState?
    do {
      before = try RunState(of: original)
    } catch let failure as Failure {
      throw path.map { failure.of(file: $0) } ?? failure
    }
    engine = try TrainingEngine(
      engine: options.engine, precision: options.precision, threads: options.threads,
      before: before)
    var checkpoint = original
    if let name = options.augmentation {
      checkpoint.recipe.augmentation = name
      checkpoint.provenance.origins["recipe.augmentation"] = .flag
    }
    // How views are drawn is known before the pictures are, and what comes next before the end is.
    var planned = options.plan
    let recipe = try Plan(checkpoint, options: planned)
    let pictures = try Pictures(
      options, checkpoint: checkpoint, recipe: recipe.recipe,
      origin: recipe.origins["recipe.augmentation"] ?? .assumed, before: before)
    planned.batch = pictures.batch
    planned.examples = pictures.data?.count
    planned.seed = options.seed ?? before?.seed ?? 0
    let first = try Plan(checkpoint, options: planned)
    let streams = Streams(
      before: before, pictures: pictures, engine: engine, seed: options.seed,
      foreign: first.findings.first { $0.field == "random" })
    let added = try Self.updates(options, pictures, first, before, streams)
    if let given = pictures.given, streams.position + added > given.count {
      throw Failure(
        .usage, file: options.views,
        "there are views for \(Numbers.counted(given.count, "update")), and the run would end with "
          + "number \(streams.position + added)")
    }
    planned.end = first.nextStep + added
    var plan = try Plan(checkpoint, options: planned)
    // A program that keeps tau in memory begins anew whenever it is started; a run of ours does not.
    if let before, before.position > 0 { plan.keepTau() }
    self.plan = plan
    self.checkpoint = try plan.completed(checkpoint)
    state = RunState(
      seed: streams.seed, position: streams.position, end: streams.position + added,
      batch: pictures.batch, data: pictures.digest, augmentation: pictures.augmentation,
      engine: engine.library, precision: engine.precision, threads: engine.threads)
    leftOut = pictures.data?.leftOut ?? []
    source = try pictures.source(checkpoint, seed: streams.seed, workers: options.workers)
    updatesPerEpoch = source.updatesPerEpoch
    batch = source.batch
    let own = Set(pictures.findings.map(\.field) + ["random", "augmentation"])
    report = SessionReport(
      checkpoint: path, output: out, architecture: self.checkpoint.contract.summary,
      findings: plan.findings.filter { !own.contains($0.field) } + pictures.findings
        + [streams.finding],
      engine: engine.name, firstStep: plan.nextStep, planned: added, done: 0, ending: "planned",
      corrupt: leftOut,
      notes: try series.strangers().map { "\($0) is no checkpoint of a run, and stays as it is" })
  }

  /// Updates that the run adds: the user's word, the rest of a run that was stopped, the views that
  /// there are, or the rest of the source's schedule.
  private static func updates(
    _ options: SessionOptions, _ pictures: Pictures, _ plan: Plan, _ before: RunState?,
    _ streams: Streams
  ) throws -> Int {
    // As many as a recipe may count, so that sums of them fit.
    let most = 1 << 40
    if let steps = options.steps {
      guard steps <= most else { throw Failure(.usage, "--steps \(steps) are too many") }
      return steps
    }
    if let epochs = options.epochs {
      let (updates, overflow) = epochs.multipliedReportingOverflow(by: pictures.updatesPerEpoch)
      guard !overflow, updates <= most else {
        throw Failure(.usage, "--epochs \(epochs) are too many")
      }
      return updates
    }
    if let before {
      // Where the data changed the streams begin anew, but what was left to do is left to do.
      let left = before.end - before.position
      guard left > 0 else {
        throw Failure(
          .usage, "this run is done: --steps or --epochs tells how far it goes on from here")
      }
      return left
    }
    if let given = pictures.given { return given.count - streams.position }
    if let total = plan.recipe.schedule?.total, total > plan.nextStep {
      return total - plan.nextStep
    }
    throw Failure(.usage, "--steps or --epochs tells how long the run is: the checkpoint does not")
  }

  /// Trains until the end, or until a signal comes.
  ///
  /// - Parameters:
  ///   - embeddingsEvery: updates between reports with the batch's embeddings; nil for none.
  ///   - watch: called after each update.
  /// - Throws: `Failure`, as `TrainingRun.run` does.
  public func train(
    embeddingsEvery: Int? = nil, watch: (StepReport) throws -> Void
  ) throws {
    defer { source.stop() }
    let updater = try engine.updater(checkpoint, plan: plan)
    var pace = TrainingRun.Pace(every: every)
    pace.embeddingsEvery = embeddingsEvery
    pace.stops = { StopSignals.name }
    let run = TrainingRun(
      updater, source: source, state: state, offset: plan.nextStep - state.position,
      series: series, isWritten: isWritten, pace: pace)
    let clock = ContinuousClock()
    let started = clock.now
    let ending = try run.run { step in
      report.firstLoss = report.firstLoss ?? step.loss
      report.lastLoss = step.loss
      report.done += 1
      try watch(step)
    }
    let seconds = (clock.now - started) / .seconds(1)
    report.corrupt = leftOut + source.corrupt
    report.imagesPerSecond = seconds > 0 ? Double(report.done * batch) / seconds : nil
    report.ending =
      switch ending {
      case .done: "done"
      case .stopped(let name): name
      }
  }
}

extension Plan {
  /// Lets tau go on where it was, of programs whose every process begins at the base.
  fileprivate mutating func keepTau() {
    guard tau.kind == .cosineFromBase else { return }
    tau.kind = .cosine
    for index in findings.indices where findings[index].field == "tau" {
      findings[index].value =
        "\(Numbers.fixed(tau.at(nextStep), 6)) now, \(tau.base) at step 0, \(tau.moment.rawValue)"
      findings[index].consequence = nil
    }
  }
}
