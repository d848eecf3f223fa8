import Archives
import ArgumentParser
import Embedding
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
      try named(by: options).check()
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

  /// What is read, and the page that is written.
  private static func named(by options: InspectOptions) throws -> NamedFiles {
    var named = options.inputs
    if options.html != nil, !options.images.isEmpty {
      named.reads(PictureFile.lists(in: options.images))
      named.reads(try PictureFile.all(options.images).map(\.path))
    }
    named.writes(options.html)
    return named
  }
}
