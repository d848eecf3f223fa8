import Archives
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

  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
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
    try named.check()
    var loaded = try reading.open(checkpoint)
    try projector?.begin(in: &loaded.checkpoint, seed: data.seed ?? 0)
    var options = SessionOptions()
    data.apply(to: &options)
    output.apply(to: &options)
    try recipe.apply(to: &options)
    engine.apply(to: &options)
    try watching.train(try Session(resuming: loaded, options: options))
  }

  /// What is read and written; a run's own checkpoint is replaced as the run goes on.
  private var named: NamedFiles {
    var named = reading.files(of: checkpoint)
    data.name(in: &named)
    output.name(in: &named, goingOnFrom: checkpoint)
    watching.name(in: &named)
    return named
  }
}
