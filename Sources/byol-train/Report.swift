import Archives
import ArgumentParser
import Pages
import Tensors
import Terminals
import Training

/// `byol-train report`: looks at what training wrote with `--metrics`, while it runs or afterwards.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what runs reported, as a table, a page, a picture or TensorBoard events.",
    discussion: """
      Each file of metrics is a run; several runs are drawn into the same charts. Prints the first, the \
      least, the largest and the last value of every measure, and says where a network has collapsed.
      """)

  @Argument(
    help: ArgumentHelp("Files that --metrics wrote.", valueName: "metrics.jsonl"),
    completion: .file())
  var files: [String]

  @Option(
    help: ArgumentHelp("Write an HTML page: one file, no network.", valueName: "page.html"),
    completion: .file())
  var html: String?

  @Option(
    help: ArgumentHelp("Write the curves as a picture.", valueName: "curves.svg"),
    completion: .file())
  var svg: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The measures in the picture, all by default.", valueName: "measure"))
  var measures: [String] = []

  @Option(
    help: ArgumentHelp("Write TensorBoard events into a folder for each run.", valueName: "folder"),
    completion: .directory)
  var tensorboard: String?

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print nothing but failures.")
  var quiet = false

  func validate() throws {
    let known = Measure.all.map(\.name)
    if let name = measures.first(where: { !known.contains($0) }) {
      throw ValidationError(
        "there is no measure '\(name)'; there are \(known.joined(separator: ", "))")
    }
    if !measures.isEmpty, svg == nil { throw ValidationError("--measures is for --svg") }
  }

  func run() throws {
    var named = NamedFiles()
    named.reads(files)
    named.writes(html)
    named.writes(svg)
    named.writes(into: tensorboard)
    try named.check()
    let reports = try files.map { try RunReport($0) }
    let runs = reports.map(\.curves)
    if let html { try Page(runs).write(html) }
    if let svg { try CurveFigure(runs, measures: measures.isEmpty ? nil : measures).write(svg) }
    if let tensorboard {
      for (report, name) in zip(reports, folders()) {
        try report.writeEvents(folder: reports.count > 1 ? tensorboard + "/" + name : tensorboard)
      }
    }
    if json {
      try printJSON(reports.map(\.summary))
    } else if !quiet {
      print(reports.map { text($0.summary) }.joined(separator: "\n\n"))
    }
  }

  /// A folder for each run: the file's name without its ending, numbered where two have the same.
  private func folders() -> [String] {
    var taken: Set<String> = []
    return files.map { file in
      let base = file.split(separator: "/").last.map(String.init) ?? file
      let stem = base.hasSuffix(".jsonl") ? String(base.dropLast(6)) : base
      let names = [stem] + (2...(files.count + 1)).map { "\(stem)-\($0)" }
      let name = names.first { !taken.contains($0) } ?? stem
      taken.insert(name)
      return name
    }
  }

  private func text(_ summary: RunReport.Summary) -> String {
    var lines = ["\(summary.file): \(summary.title)".legible]
    var table = Table(rightAligned: [1, 2, 3, 4])
    table.row("", "first", "least", "largest", "last")
    for row in summary.measures {
      table.row([row.name] + [row.first, row.least, row.largest, row.last].map { readable($0) })
    }
    lines.append(
      Numbers.counted(summary.steps, "step")
        + (summary.lastStep.map { ", the last is \(Numbers.grouped($0))" } ?? ""))
    if !summary.measures.isEmpty { lines.append(table.text) }
    if let warning = summary.warning { lines.append(warning) }
    return lines.joined(separator: "\n")
  }
}
