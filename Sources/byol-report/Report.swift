import ArgumentParser
import Inspecting
import Reports
import Terminals

/// What `byol-inspect` goes on as where engines are needed: `--health` and `--html`.
@main
struct Report: ParsableCommand {
  static let configuration = InspectOptions.configuration

  @OptionGroup var options: InspectOptions

  static func main() {
    runTool(Report.self) { command in
      let options = command.options
      let loaded = try options.load()
      var wanted = Examination.Options()
      wanted.images = options.images
      wanted.threads = options.threads.threads
      let health = try Examination(loaded, options: wanted).report
      if let html = options.html { try ReportPage(loaded, health).write(html) }
      if options.json || options.health || options.html == nil {
        try options.print(loaded, health: health)
      } else if let html = options.html, !options.quiet {
        printLine("wrote \(html)")
      }
    }
  }
}
