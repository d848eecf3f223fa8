import ArgumentParser
import Checkpoints
import Tensors
import Terminals
import Training

/// What fine-tuning takes.
struct FineTuningOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Fine-tuning: the rates tried, for a batch of 256.", valueName: "x"))
  var baseLr: [Double] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Fine-tuning: passes over the labelled pictures, tried.", valueName: "n"))
  var epochs: [Int] = []

  @Option(help: ArgumentHelp("Fine-tuning: updates in all, instead of epochs.", valueName: "n"))
  var steps: Int?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Fine-tuning: the weight decays tried; they are divided by the rate.", valueName: "x"))
  var weightDecay: [Double] = []

  @Option(help: ArgumentHelp("Fine-tuning: pictures of a batch.", valueName: "n"))
  var batch: Int?

  @Option(help: ArgumentHelp("Fine-tuning: onednn, openblas or openblas-f64.", valueName: "engine"))
  var engine: String?

  @Option(
    help: ArgumentHelp("Fine-tuning: float32, float64 or bfloat16.", valueName: "precision"))
  var precision: String?

  /// Whether nothing was said.
  var isEmpty: Bool {
    baseLr.isEmpty && epochs.isEmpty && steps == nil && weightDecay.isEmpty && batch == nil
      && engine == nil && precision == nil
  }

  /// A plan with the user's words in it.
  func applied(to plan: FineTuning) throws -> FineTuning {
    guard epochs.isEmpty || steps == nil else {
      throw Failure(.usage, "--epochs and --steps both tell the length: one of them")
    }
    var plan = plan
    if !baseLr.isEmpty { plan.rates = baseLr }
    if !weightDecay.isEmpty { plan.decays = weightDecay }
    if !epochs.isEmpty { (plan.epochs, plan.steps) = (epochs, nil) }
    plan.steps = steps ?? plan.steps
    plan.batch = batch ?? plan.batch
    return plan
  }

  /// What computes.
  func trainingEngine(threads: Int?) throws -> TrainingEngine {
    try TrainingEngine(engine: engine, precision: precision, threads: threads, before: nil)
  }
}

/// Fine-tuning with few labels.
struct EvaluateSemiSupervised: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "semi-supervised",
    abstract: "Fine-tunes the whole network with a share of the labels.",
    discussion: """
      The labelled pictures are as many of each class, and those of a smaller share are among those of a \
      larger one. 5 rates and 2 lengths are tried on validation pictures, as in the paper.
      """)

  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
  var checkpoint: String

  @Option(help: ArgumentHelp("The share of the labels, in per cent: 1%, 10%.", valueName: "n"))
  var labels: String = "1%"

  @OptionGroup(title: "Fine-tuning") var tuning: FineTuningOptions
  @OptionGroup(title: "Pictures") var options: EvaluateOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Writing") var writing: HeadOptions

  func run() throws {
    let digits = labels.last == "%" ? String(labels.dropLast()) : labels
    guard let percent = Double(digits), percent > 0, percent <= 100 else {
      throw Failure(.usage, "--labels is above 0 and at most 100 per cent, not \(labels)")
    }
    let plan = try tuning.applied(to: .semiSupervised(labels: percent / 100))
    let engine = try tuning.trainingEngine(threads: options.threads)
    try writing.check(checkpoint, reading, options)
    let loaded = try reading.open(checkpoint)
    var outcome = try options.evaluation(of: loaded.checkpoint).fineTuning(plan, with: engine)
    try writing.write(&outcome)
    try EvaluationText.print(outcome.report, json: options.json)
  }
}

/// Transfer to other pictures.
struct EvaluateTransfer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer",
    abstract: "Judges the encoder on pictures of another kind, by linear probe or fine-tuning.",
    discussion: """
      linear: logistic regression, the penalty chosen among 45. finetune: 20,000 updates of 256 pictures \
      for each of 7 rates and 8 weight decays, as in the paper; --steps, --base-lr and --weight-decay \
      make it a search that a small machine can do.
      """)

  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
  var checkpoint: String

  @Option(help: ArgumentHelp("linear or finetune.", valueName: "way"))
  var by: String = "linear"

  @OptionGroup(title: "Fine-tuning") var tuning: FineTuningOptions
  @OptionGroup(title: "Pictures") var options: EvaluateOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Writing") var writing: HeadOptions

  func run() throws {
    let loaded: () throws -> Evaluation = {
      try writing.check(checkpoint, reading, options)
      let loaded = try reading.open(checkpoint)
      return try options.evaluation(of: loaded.checkpoint)
    }
    var outcome: EvaluationOutcome
    switch by {
    case "linear":
      guard tuning.isEmpty else {
        throw Failure(.usage, "the options of fine-tuning go with --by finetune")
      }
      outcome = try loaded().linear(LogisticRegression())
    case "finetune":
      let plan = try tuning.applied(to: .transfer)
      let engine = try tuning.trainingEngine(threads: options.threads)
      outcome = try loaded().fineTuning(plan, with: engine)
    default: throw Failure(.usage, "--by is linear or finetune, not \(by)")
    }
    try writing.write(&outcome)
    try EvaluationText.print(outcome.report, json: options.json)
  }
}
