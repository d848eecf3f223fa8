import Archives
import ArgumentParser
import Gradients
import Training

/// Begins a run.
struct Pretrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains from random weights: byol-train pretrain --data photos --out run.h5",
    discussion: """
      The recipe is that of --preset, deepmind-300 where it is not given, scaled to the batch; --epochs, \
      --base-lr and the others change it. A run that was stopped goes on with byol-train resume run.h5.
      """)

  @OptionGroup(title: "Networks") var networks: NetworkOptions
  @OptionGroup(title: "Pictures and length") var data: DataOptions
  @OptionGroup(title: "Checkpoints") var output: OutputOptions
  @OptionGroup(title: "Recipe") var recipe: RecipeOptions
  @OptionGroup(title: "Engine") var engine: EngineOptions
  @OptionGroup(title: "Watching") var watching: WatchOptions

  func run() throws {
    var named = NamedFiles()
    data.name(in: &named)
    output.name(in: &named)
    watching.name(in: &named)
    try named.check()
    var options = SessionOptions()
    options.plan.preset = try Preset.named("deepmind-300")
    data.apply(to: &options)
    // A run that begins is as long as its schedule.
    options.plan.epochs = data.epochs
    options.epochs = nil
    output.apply(to: &options)
    try recipe.apply(to: &options)
    engine.apply(to: &options)
    try watching.train(
      try Session(beginning: networks.design, seed: data.seed ?? 0, options: options))
  }
}

/// The networks that begin.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "resnet18, resnet34, resnet50, resnet101, resnet152 or resnet200.", valueName: "name"))
  var arch = "resnet50"

  @Option(help: ArgumentHelp("How much wider than the paper's: 0.25, 2.", valueName: "x"))
  var width = 1.0

  @Option(help: "imagenet (7x7, pooling) or cifar (3x3, for small pictures).")
  var stem = NetworkDesign.Stem.imageNet

  @Option(
    help:
      "deepmind (JAX: SAME padding) or torch (torchvision's ResNet): whose networks they are like.")
  var style = NetworkDesign.Conventions.deepMind

  @Option(help: ArgumentHelp("Hidden width of projector and predictor.", valueName: "n"))
  var hidden = 4096

  @Option(help: ArgumentHelp("Length of a projection.", valueName: "n"))
  var projection = 256

  /// What is asked for; the number of classes is that of the pictures.
  var design: NetworkDesign {
    get throws {
      guard arch.hasPrefix("resnet"), let depth = Int(arch.dropFirst(6)),
        NetworkDesign.depths.contains(depth)
      else {
        throw ValidationError(
          "--arch is \(NetworkDesign.depths.map { "resnet\($0)" }.joined(separator: ", ")), "
            + "not '\(arch)'.")
      }
      return NetworkDesign(
        depth: depth, width: width, stem: stem, conventions: style, hidden: hidden,
        output: projection)
    }
  }
}

extension NetworkDesign.Stem: ExpressibleByArgument {}
extension NetworkDesign.Conventions: ExpressibleByArgument {}
