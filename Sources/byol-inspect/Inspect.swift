import ArgumentParser
import Inspecting
import Terminals

@main
struct Inspect: ParsableCommand {
  static let configuration = InspectOptions.configuration

  @OptionGroup var options: InspectOptions

  static func main() {
    runTool(Inspect.self, examples: InspectOptions.examples) { command in
      if command.options.computes { try goOn(as: "byol-report") }
      try command.options.run()
    }
  }
}
