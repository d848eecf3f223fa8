import ArgumentParser
import Checkpoints
import Terminals
import Training

/// Evaluation by nearest neighbours.
struct EvaluateNeighbours: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "knn",
    abstract: "Classifies by the nearest training pictures; nothing is learnt.",
    discussion: """
      Neighbours are nearest by cosine, and vote with exp(cosine / T) (Wu and others 2018) or alike; the \
      first k with weighted votes is the result, the others are printed beside it.
      """)

  @Argument(help: "The checkpoint: a file, or a directory of several.", completion: .file())
  var checkpoint: String

  @Option(
    name: .customShort("k"), parsing: .upToNextOption,
    help: ArgumentHelp("Numbers of neighbours.", valueName: "n"))
  var counts: [Int] = [20]

  @Option(help: ArgumentHelp("T of weighted votes.", valueName: "x"))
  var temperature: Double = 0.07

  @OptionGroup(title: "Pictures") var options: EvaluateOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions

  func run() throws {
    let evaluation = try options.evaluation(of: reading.open(checkpoint).checkpoint)
    let outcome = try evaluation.nearestNeighbours(counts: counts, temperature: temperature)
    try EvaluationText.print(outcome.report, json: options.json)
  }
}
