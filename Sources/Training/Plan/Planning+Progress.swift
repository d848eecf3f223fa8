import Checkpoints
import Tensors

extension Planning {
  /// Settles the step that comes next, the batch and the learning rate.
  mutating func findProgress() throws {
    findStep()
    findBatch()
    try findSchedule()
    try findPeak()
    noteSchedule()
  }

  private mutating func findStep() {
    let known = options.step ?? recipe.step
    nextStep = known ?? 0
    let origin: Origin = options.step != nil ? .flag : known == nil ? .assumed : origin("step")
    if recipe.stepCounts == "repeat", options.step == nil, known != nil {
      note(
        "step", "\(nextStep), once more", origin,
        "the file has the index of the step that was just done, and DeepMind's loop begins with it "
          + "again after an interruption; so does this run")
    } else {
      note(
        "step", "\(nextStep)", origin,
        known == nil
          ? "the learning rate and tau begin their schedules again" : nil)
    }
  }

  private mutating func findBatch() {
    let theirs = constant("batch_size").flatMap { Int(exactly: $0) } ?? facts.batch
    let known = options.batch ?? theirs
    batch = known
    guard let known else { return }
    settle("batch_size", Double(known), options.batch == nil ? .file : .flag)
    note(
      "batch", "\(known)", options.batch == nil ? .file : .flag,
      theirs.flatMap { theirs in
        theirs == known
          ? nil
          : "the source's was \(theirs): an epoch has another number of steps, and batch norm other "
            + "moments"
      })
  }

  /// Steps of the schedule of that many epochs, where batch and data are known.
  private func steps(epochs: Int?) -> Int? {
    guard let epochs, let batch, batch > 0,
      let examples = options.examples ?? facts.examples ?? imageNet
    else {
      return nil
    }
    return Preset.steps(epochs: epochs, examples: examples, batch: batch)
  }

  /// DeepMind's presets are for ImageNet where no data are known.
  private var imageNet: Int? { options.preset == nil ? nil : Preset.imageNet }

  /// The length that the recipe has; one that was only the end of an earlier run gives way to a later end.
  var settledTotal: Int? {
    guard let total = recipe.schedule?.total ?? recipe.tau?.total else { return nil }
    return origin("schedule.total") == .assumed && (options.end ?? 0) > total ? nil : total
  }

  private mutating func findSchedule() throws {
    let word = options.schedule ?? recipe.schedule?.kind ?? "constant"
    guard let kind = LearningRate.Kind(rawValue: word) else {
      throw Failure(
        place: "recipe.schedule.kind",
        expected: LearningRate.Kind.allCases.map(\.rawValue).joined(separator: ", "), found: word)
    }
    learningRate.kind = kind
    learningRate.start = constant("warmup_start_lr") ?? 0
    learningRate.end = constant("min_lr") ?? 0
    if let batch, batch > 0, let examples = options.examples {
      learningRate.stepsPerEpoch = max(examples / batch, 1)
      settle("steps_per_epoch", Double(learningRate.stepsPerEpoch), .flag)
    } else if let known = constant("steps_per_epoch"), let steps = Int(exactly: known) {
      learningRate.stepsPerEpoch = max(steps, 1)
    } else if let steps = facts.stepsPerEpoch {
      learningRate.stepsPerEpoch = steps
      settle("steps_per_epoch", Double(steps), .file)
    } else if !isPlanned, let step = recipe.step, let epoch = recipe.epoch, epoch > 0,
      step >= epoch
    {
      learningRate.stepsPerEpoch = step / epoch
      settle("steps_per_epoch", Double(step / epoch), .file)
    }
    let flagged = options.total ?? steps(epochs: options.epochs ?? options.preset?.epochs)
    let own = facts.total(kind, stepsPerEpoch: learningRate.stepsPerEpoch)
    let known = flagged ?? settledTotal ?? own
    learningRate.total = known ?? options.end ?? 0
    if known == nil {
      origins["recipe.schedule.total"] = .assumed
    } else {
      origins["recipe.schedule.total"] =
        flagged != nil
        ? .flag : recipe.schedule?.total == nil ? .file : origin("schedule.total")
    }
    let epochs = options.preset?.warmupEpochs ?? 10
    let usual = steps(epochs: epochs) ?? epochs * learningRate.stepsPerEpoch
    let theirs =
      recipe.schedule?.warmup ?? facts.warmup(kind, stepsPerEpoch: learningRate.stepsPerEpoch)
    let warmup = options.warmup ?? (options.preset == nil ? theirs : usual)
    learningRate.warmup = warmup ?? min(usual, learningRate.total / 10)
    origins["recipe.schedule.warmup"] =
      options.warmup != nil || options.preset != nil
      ? .flag
      : warmup == nil
        ? .assumed : recipe.schedule?.warmup == nil ? .file : origin("schedule.warmup")
    if kind != .constant, learningRate.total == 0 { learningRate.kind = .constant }
  }

  /// The largest learning rate: the user's, the file's own, or a base for 256 pictures times the batch.
  private mutating func findPeak() throws {
    let scale = batch.map { Double($0) / 256 }
    let flagged =
      options.learningRate
      ?? (options.baseLearningRate ?? options.preset?.baseLearningRate).map { $0 * (scale ?? 1) }
    let absolute = constant("peak_lr") ?? constant("initial_lr")
    let based = constant("base_lr").map { $0 * (scale ?? 1) }
    let usual = assumedPreset.map { $0.baseLearningRate * (scale ?? 1) } ?? 0
    let isLARS = recipe.optimizer?.family == "lars"
    let last = constant("lr").flatMap { $0 > 0 ? $0 : nil }
    let known = flagged ?? absolute ?? based ?? last
    learningRate.peak = known ?? (isLARS ? usual : 1e-3)
    let origin: Origin =
      flagged != nil
      ? .flag
      : absolute != nil
        ? origin(
          "optimizer.hyperparameters.\(constant("peak_lr") == nil ? "initial_lr" : "peak_lr")")
        : based != nil
          ? .dialect : known == nil ? .assumed : origin("optimizer.hyperparameters.lr")
    settle("peak_lr", learningRate.peak, origin)
    var consequence: String?
    if known == nil {
      consequence =
        "nothing tells the learning rate: updates are longer or shorter than the source's"
    } else if flagged == nil, absolute == nil, based != nil {
      consequence =
        scale == nil
        ? "it is the value for 256 pictures: with the batch it grows"
        : "the base of the source's published configuration, for this batch"
    } else if flagged == nil, absolute == nil, learningRate.kind != .constant {
      consequence = "the file has only its last learning rate, which is taken for the largest one"
    }
    note("learning rate", "\(learningRate.peak) at most", origin, consequence)
  }

  private mutating func noteSchedule() {
    let said = recipe.schedule?.kind
    var consequence: String?
    if learningRate.kind == .constant, let said, said != LearningRate.Kind.constant.rawValue {
      consequence =
        "its length is not known (--epochs tells it): until then the learning rate stays as it is"
    } else if learningRate.kind != .constant, origin("schedule.total") == .assumed {
      consequence = "its length is not known: it ends where this run ends"
    } else if learningRate.kind != .constant, nextStep >= learningRate.total {
      consequence = "it is over: the learning rate is at its end; more --epochs go on"
    }
    let isTimed = learningRate.kind != .constant
    note(
      "schedule",
      isTimed
        ? "\(learningRate.kind.rawValue), \(learningRate.warmup) of \(learningRate.total) steps warm-up"
        : "constant",
      isTimed ? origin("schedule.total") : origin("schedule.kind"), consequence)
    if isTimed, origin("schedule.warmup") == .assumed {
      note(
        "warm-up", Numbers.counted(learningRate.warmup, "step"), .assumed,
        nextStep < learningRate.warmup
          ? "the next steps have another learning rate where the source's warm-up had another length"
          : "it shifts the cosine a little")
    }
    settleSchedule(said)
  }

  private mutating func settleSchedule(_ said: String?) {
    if recipe.schedule == nil { recipe.schedule = try? Preset.conventions().schedule }
    recipe.schedule?.kind = options.schedule ?? said ?? LearningRate.Kind.constant.rawValue
    recipe.schedule?.warmup = learningRate.kind == .constant ? nil : learningRate.warmup
    recipe.schedule?.total = learningRate.kind == .constant ? nil : learningRate.total
  }
}
