import Checkpoints
import FoundationEssentials
import Tensors

/// The curves and settings of some runs as one HTML file.
///
/// It loads nothing, from no network and no other file, and is well-formed XML too.
public struct Page {
  private let runs: [RunCurves]
  private let isRunning: Bool
  private let charts: [Chart]

  /// A page about runs; one that is running reloads itself every half minute.
  public init(_ runs: [RunCurves], isRunning: Bool = false) {
    self.runs = runs
    self.isRunning = isRunning
    charts = Charts(runs).all
  }

  /// Writes the file, whole or not at all; one that is there is replaced.
  ///
  /// - Throws: `Failure`, as `AtomicFile` does.
  public func write(_ path: String) throws { try replace(path, with: text()) }

  /// The file's text.
  ///
  /// - Throws: `Failure` where a number has no JSON form.
  public func text() throws -> String {
    let title = markup(runs.map(\.run.title).joined(separator: ", "))
    let refresh = isRunning ? "<meta http-equiv=\"refresh\" content=\"30\"/>\n" : ""
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
      style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"/>
      \(refresh)<link rel="icon" href="data:,"/>
      <title>\(title)</title>
      <style>
      \(Palette.style)
      \(Self.style)
      </style>
      </head>
      <body>
      <h1>\(title)</h1>
      \(runs.enumerated().map(head).joined(separator: "\n"))
      <div class="charts">
      \(charts.map { $0.svg("data-chart=\"\($0.measure.name)\"") }.joined(separator: "\n"))
      </div>
      \(runs.map(tables).joined(separator: "\n"))
      <script type="application/json" id="data">\(try data())</script>
      <script>
      \(PageScript.text)
      </script>
      </body>
      </html>

      """
  }

  /// Where a run stands, and whether it has collapsed.
  private func head(_ index: Int, _ curves: RunCurves) -> String {
    var words = "no step yet"
    if let last = curves.last {
      words = "step \(Numbers.grouped(last.step))"
      if let steps = curves.run.steps { words += " of \(Numbers.grouped(steps))" }
      words += ", epoch \(readable(last.epoch, digits: 4))"
      if isRunning { words += ", running" }
    }
    let name = runs.count > 1 ? markup(curves.run.title) + ": " : ""
    let dot = runs.count > 1 ? "<span class=\"key s\(index % Palette.count)\"></span>" : ""
    let alert = curves.warning.map { "\n<p class=\"alert\" role=\"alert\">\(markup($0))</p>" } ?? ""
    return "<p>\(dot)\(name)\(words)</p>\(alert)"
  }

  /// The latest values and the settings of a run.
  private func tables(_ curves: RunCurves) -> String {
    let values = Measure.all.compactMap { measure in
      curves.last.flatMap { measure[$0] }.map { (measure.title, readable($0)) }
    }
    let settings = curves.run.settings.map { ($0.name, $0.value) }
    let name = runs.count > 1 ? ": " + curves.run.title : ""
    return table("Last step" + name, values) + table("Settings" + name, settings)
  }

  private func table(_ caption: String, _ rows: [(String, String)]) -> String {
    guard !rows.isEmpty else { return "" }
    let body = rows.map { name, value in
      "<tr><th scope=\"row\">\(markup(name))</th><td>\(markup(value))</td></tr>"
    }
    return "<table><caption>\(markup(caption))</caption><tbody>\n"
      + body.joined(separator: "\n") + "\n</tbody></table>\n"
  }

  /// What the script shows under the pointer; `<` and `&` are escaped, which neither HTML nor XML
  /// could bear here.
  private func data() throws -> String {
    let charts = charts.map { chart in
      PageData.Series(
        name: chart.measure.name,
        steps: [chart.horizontal.range.lowerBound, chart.horizontal.range.upperBound],
        points: chart.curves.map { curve in
          (curve?.points ?? []).map { [$0.step, $0.mean] }
        })
    }
    let json = try jsonBytes(PageData(charts: charts), pretty: false)
    return String(decoding: json, as: UTF8.self)
      .replacing("<", with: "\\u003c").replacing("&", with: "\\u0026")
  }

  private static let style = """
    * { box-sizing: border-box; }
    body { margin: 0 auto; padding: 16px; max-width: 1200px; background: var(--paper); \
    color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
    h1 { font-size: 1.25rem; margin: 0 0 4px; overflow-wrap: anywhere; }
    p { margin: 4px 0; }
    .key { display: inline-block; width: 10px; height: 10px; border-radius: 5px; \
    margin-right: 6px; background: var(--c); }
    .alert { padding: 10px 14px; border-radius: 6px; background: #b42318; color: #fff; \
    font-weight: 600; }
    .charts { display: grid; gap: 14px; margin: 14px 0; \
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); }
    .charts svg { width: 100%; height: auto; touch-action: pan-y; }
    table { border-collapse: collapse; margin: 0 0 18px; width: 100%; max-width: 640px; \
    font-variant-numeric: tabular-nums; }
    caption { text-align: left; font-weight: 600; padding: 4px 0; }
    th, td { text-align: left; vertical-align: top; padding: 3px 12px 3px 0; \
    border-top: 1px solid var(--grid); overflow-wrap: anywhere; }
    th { font-weight: 400; color: var(--dim); width: 45%; }
    """
}

/// The numbers that a page's script reads.
private struct PageData: Encodable {
  /// Where the curves are in a drawing, and its size.
  let frame = [
    "left": Chart.left, "right": Chart.right, "top": Chart.top, "bottom": Chart.bottom,
    "width": Chart.width, "height": Chart.height,
  ]
  let charts: [Series]

  struct Series: Encodable {
    let name: String
    /// The first and the last step shown.
    let steps: [Double]
    /// By run: step and value.
    let points: [[[Double]]]
  }
}
