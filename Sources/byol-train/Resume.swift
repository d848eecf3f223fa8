import ArgumentParser
import Checkpoints
import Terminals
import Training

/// Goes on from a checkpoint.
struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Goes on from a checkpoint of any program, as its source would have.",
    discussion: """
      A run's own checkpoint needs no option but --data, and is replaced as the run goes on; any other \
      is left as it is, and --out tells where the run's checkpoints go.
      """)

  @Argument(help: "The checkpoint: a file, or a directory of several.")
  var checkpoint: String

  @Option(
    help: ArgumentHelp(
      "Begin the projector that the source lacks, with random weights: random, or random:4096:256.",
      valueName: "random"))
  var projector: RandomProjector?

  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Pictures and length") var data: DataOptions
  @OptionGroup(title: "Checkpoints") var output: OutputOptions
  @OptionGroup(title: "Recipe") var recipe: RecipeOptions
  @OptionGroup(title: "Engine") var engine: EngineOptions
  @OptionGroup(title: "Watching") var watching: WatchOptions

  func run() throws {
    var loaded = try reading.open(checkpoint)
    try projector?.begin(in: &loaded.checkpoint, seed: data.seed ?? 0)
    var options = SessionOptions()
    data.apply(to: &options)
    output.apply(to: &options)
    try recipe.apply(to: &options)
    engine.apply(to: &options)
    try watching.train(try Session(resuming: loaded, options: options))
  }
}

/// How the checkpoint is read.
struct ReadingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The checkpoint's dialect.", valueName: "dialect"))
  var from: String?

  @Option(help: ArgumentHelp("The checkpoint's format.", valueName: "format"))
  var fromFormat: String?

  @Option(help: ArgumentHelp("A further file of the checkpoint.", valueName: "file"))
  var with: [String] = []

  @Option(help: ArgumentHelp("Leave out names like this; * is any text.", valueName: "pattern"))
  var drop: [String] = []

  @Option(
    help: ArgumentHelp(
      "Set a field: encoder.padding=same, recipe.tau.base=0.99.", valueName: "field=value"))
  var set: [String] = []

  /// Opens the checkpoint.
  func open(_ path: String) throws -> Loaded {
    var loaded = try Loaded(
      path, with: with, format: fromFormat, dialect: from, drop: NamePatterns(drop))
    for setting in set { try loaded.checkpoint.set(setting) }
    return loaded
  }
}
