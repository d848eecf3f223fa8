import ArgumentParser
import Checkpoints
import Tensors
import Terminals
import Training

/// Linear evaluation.
struct EvaluateLinear: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "linear",
    abstract: "Trains a linear classifier on the frozen encoder.",
    discussion: """
      lbfgs: logistic regression with the L2 penalty chosen among 45, as the paper does for transfer. \
      sgd: Nesterov momentum for 80 epochs on random crops, with the rate chosen among 5, as it does for \
      ImageNet; --no-augment computes every picture's embedding once.
      """)

  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
  var checkpoint: String

  @Option(help: ArgumentHelp("lbfgs or sgd.", valueName: "solver"))
  var solver: String = "lbfgs"

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("lbfgs: the L2 penalties tried (1/C of scikit-learn).", valueName: "x"))
  var penalty: [Double] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("sgd: the rates tried, for a batch of 256.", valueName: "x"))
  var baseLr: [Double] = []

  @Option(help: ArgumentHelp("sgd: passes over the training pictures.", valueName: "n"))
  var epochs: Int?

  @Option(help: ArgumentHelp("sgd: pictures of a batch.", valueName: "n"))
  var batch: Int?

  @Flag(inversion: .prefixedNo, help: "sgd: crop and flip the pictures anew in each pass.")
  var augment = true

  @OptionGroup(title: "Pictures") var options: EvaluateOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Writing") var writing: HeadOptions

  func run() throws {
    try writing.check(checkpoint, reading, options)
    let loaded = try reading.open(checkpoint)
    let evaluation = try options.evaluation(of: loaded.checkpoint)
    var outcome: EvaluationOutcome
    switch solver {
    case "lbfgs":
      guard baseLr.isEmpty, epochs == nil, batch == nil, augment else {
        throw Failure(.usage, "--base-lr, --epochs, --batch and --no-augment go with --solver sgd")
      }
      var regression = LogisticRegression()
      if !penalty.isEmpty { regression.penalties = penalty }
      outcome = try evaluation.linear(regression)
    case "sgd":
      guard penalty.isEmpty else { throw Failure(.usage, "--penalty goes with --solver lbfgs") }
      var plan = LinearSGD()
      if !baseLr.isEmpty { plan.rates = baseLr }
      plan.epochs = epochs ?? plan.epochs
      plan.batch = batch
      plan.isAugmented = augment
      outcome = try evaluation.linear(plan)
    default: throw Failure(.usage, "--solver is lbfgs or sgd, not \(solver)")
    }
    try writing.write(&outcome)
    try EvaluationText.print(outcome.report, json: options.json)
  }
}
