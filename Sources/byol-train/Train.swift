import ArgumentParser
import Terminals
import Training

/// Trains, and evaluates, what a checkpoint holds.
@main
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "byol-train", subcommands: [Report.self])

  static func main() {
    runTool(Train.self) { _ in }
  }
}
