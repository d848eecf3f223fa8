import Archives
import ArgumentParser
import Terminals
import Training

/// Where a run's pictures come from, and how long it goes on.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Pictures: a folder of JPEG and PNG (a folder per class, or flat), CIFAR-10, npz or HDF5.",
      valueName: "path"),
    completion: .file())
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Given views instead of pictures: step0/view1, step0/view2 ..., as the network sees them.",
      valueName: "views.npz"),
    completion: .file())
  var views: String?

  @Flag(
    inversion: .prefixedNo, help: "Train the linear classifier with the pictures' labels, if any.")
  var labels = true

  @Option(help: ArgumentHelp("Pictures of an update.", valueName: "n"))
  var batch: Int?

  @Option(help: ArgumentHelp("Updates that this run adds.", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Epochs that this run adds.", valueName: "n"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Where shuffling and augmentation begin.", valueName: "n"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("How views are drawn: deepmind, byol ...", valueName: "name"))
  var augmentation: String?

  @Option(help: ArgumentHelp("Height and width of views, in pixels.", valueName: "n"))
  var size: Int?

  @Option(help: ArgumentHelp("Threads that decode and augment.", valueName: "n"))
  var workers: Int?

  /// Names what is read.
  func name(in files: inout NamedFiles) {
    files.reads(data: data)
    files.reads(views)
  }

  func apply(to options: inout SessionOptions) {
    options.data = data
    options.views = views
    options.usesLabels = labels
    options.plan.batch = batch
    options.steps = steps
    options.epochs = epochs
    options.seed = seed
    options.augmentation = augmentation
    options.size = size
    options.workers = workers ?? options.workers
  }
}

/// The checkpoints that a run writes.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The checkpoint to write (native HDF5); a run's own checkpoint is replaced without it.",
      valueName: "file.h5"),
    completion: .file())
  var out: String?

  @Flag(help: "Replace an existing output.")
  var force = false

  @Option(help: ArgumentHelp("Write a checkpoint each so many updates.", valueName: "n"))
  var every: Int?

  @Option(
    help: ArgumentHelp(
      "Keep the last so many of them beside the newest, as FILE-00000500.h5.", valueName: "n"))
  var keep: Int?

  @Flag(inversion: .prefixedNo, help: "Wait until a checkpoint is on the disk.")
  var sync = true

  /// Names what is written: the checkpoint, and those that are kept beside it.
  ///
  /// - Parameter checkpoint: the one that the run goes on from, which it may replace.
  func name(in files: inout NamedFiles, goingOnFrom checkpoint: String? = nil) {
    guard let path = out ?? checkpoint else { return }
    let replaceable = checkpoint.map { [$0] } ?? []
    files.writes(path, over: replaceable)
    guard let keep, keep > 0, path.lowercased().hasSuffix(".h5") else { return }
    files.writesSeries(of: path, over: replaceable)
  }

  func apply(to options: inout SessionOptions) {
    options.out = out
    options.force = force
    options.every = every
    options.keep = keep ?? options.keep
    options.sync = sync
  }
}

/// The recipe, where it is to be another one than the checkpoint's.
struct RecipeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A published run's values: deepmind-40, deepmind-100, deepmind-300, deepmind-1000.",
      valueName: "name"))
  var preset: String?

  @Option(help: ArgumentHelp("The largest learning rate.", valueName: "x"))
  var lr: Double?

  @Option(
    help: ArgumentHelp(
      "The same for a batch of 256; it grows with the batch.", valueName: "x"))
  var baseLr: Double?

  @Option(help: ArgumentHelp("Weight decay.", valueName: "x"))
  var weightDecay: Double?

  @Option(help: ArgumentHelp("tau at step 0.", valueName: "x"))
  var tau: Double?

  @Option(
    help: ArgumentHelp("lars, sgd, adam or adamw.", valueName: "name"),
    completion: .list(["lars", "sgd", "adam", "adamw"]))
  var optimizer: String?

  @Option(help: ArgumentHelp("Momentum.", valueName: "x"))
  var momentum: Double?

  @Option(help: ArgumentHelp("Steps of warm-up.", valueName: "n"))
  var warmup: Int?

  @Option(
    help: ArgumentHelp("Epochs of the whole schedule, those before included.", valueName: "n"))
  var scheduleEpochs: Int?

  @Option(
    help: ArgumentHelp("Steps of the whole schedule, those before included.", valueName: "n"))
  var scheduleSteps: Int?

  @Option(
    help: ArgumentHelp("The step that comes next, where the file does not tell.", valueName: "n"))
  var step: Int?

  func apply(to options: inout SessionOptions) throws {
    options.plan.preset = try preset.map { try Preset.named($0) } ?? options.plan.preset
    options.plan.learningRate = lr
    options.plan.baseLearningRate = baseLr
    options.plan.weightDecay = weightDecay
    options.plan.tau = tau
    options.plan.optimiser = optimizer
    options.plan.momentum = momentum
    options.plan.warmup = warmup
    options.plan.epochs = scheduleEpochs ?? options.plan.epochs
    options.plan.total = scheduleSteps
    options.plan.step = step
  }

  func validate() throws {
    for (name, value) in [
      ("--lr", lr), ("--base-lr", baseLr), ("--weight-decay", weightDecay),
      ("--momentum", momentum),
    ] {
      guard value.map({ $0.isFinite && $0 >= 0 }) ?? true else {
        throw ValidationError("\(name) is a finite number, 0 or more.")
      }
    }
    guard tau.map({ (0...1).contains($0) }) ?? true else {
      throw ValidationError("--tau is a number from 0 to 1.")
    }
    for (name, value) in [
      ("--warmup", warmup), ("--schedule-epochs", scheduleEpochs),
      ("--schedule-steps", scheduleSteps), ("--step", step),
    ] {
      guard value.map({ (0...1 << 40).contains($0) }) ?? true else {
        throw ValidationError("\(name) is a number from 0 to 2^40.")
      }
    }
  }
}

/// What computes.
struct EngineOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The engine: onednn, openblas, openblas-f64.", valueName: "name"))
  var engine: String?

  @Option(help: ArgumentHelp("float32, float64 or bfloat16.", valueName: "type"))
  var precision: String?

  @OptionGroup var computing: ThreadOptions

  func apply(to options: inout SessionOptions) {
    options.engine = engine
    options.precision = precision
    options.threads = computing.threads
  }
}

/// What is told of a run.
struct WatchOptions: ParsableArguments {
  @Flag(help: "Print the report as JSON (schemas/train-report.schema.json), at the end.")
  var json = false

  @Flag(help: "Print nothing but failures.")
  var quiet = false

  @Flag(help: "Say what was found and what would be done, and train nothing.")
  var dryRun = false

  @Option(
    help: ArgumentHelp("Append a JSON object for each update.", valueName: "file.jsonl"),
    completion: .file())
  var metrics: String?

  @Option(
    help: ArgumentHelp("Write events for TensorBoard.", valueName: "folder"),
    completion: .directory)
  var tensorboard: String?

  @Option(
    help: ArgumentHelp("Write a page with the curves.", valueName: "file.html"),
    completion: .file())
  var html: String?

  /// Names what is written.
  func name(in files: inout NamedFiles) {
    files.writes(metrics)
    files.writes(into: tensorboard)
    files.writes(html)
  }

  /// Says what was found, trains, and says what was done.
  func train(_ session: Session) throws {
    if !json, !quiet { SessionText(session.report).printPlan() }
    if !dryRun {
      StopSignals.listen()
      var watchers = try Watchers(self, session)
      defer { watchers.finish() }
      try session.train(embeddingsEvery: watchers.wantsRank ? Watchers.rankEvery : nil) {
        watchers.observe($0)
      }
      watchers.finish()
      if !json, !quiet { SessionText(session.report).printEnd() }
    }
    if json { try printJSON(session.report) }
  }
}
