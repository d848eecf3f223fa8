import Checkpoints
import FoundationEssentials
import Pages
import Tensors

/// The curves and settings of some runs as one HTML file, in a `PageFrame`.
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
    let title = runs.map(\.run.title).joined(separator: ", ")
    let frame = PageFrame(
      title: title, style: Self.style, refresh: isRunning ? 30 : nil, hasScripts: true)
    return frame.document(
      """
      <h1>\(markup(title))</h1>
      \(runs.enumerated().map(head).joined(separator: "\n"))
      <div class="charts">
      \(charts.map { $0.svg("data-chart=\"\($0.measure.name)\"") }.joined(separator: "\n"))
      </div>
      \(runs.map(tables).joined(separator: "\n"))
      <script type="application/json" id="data">\(try data())</script>
      <script>
      \(PageScript.text)
      </script>
      """)
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
    .charts { display: grid; gap: 14px; margin: 14px 0; \
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); }
    .charts svg { width: 100%; height: auto; touch-action: pan-y; }
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
