import Pages

/// The curves of some runs as one picture: an SVG file that needs nothing else, light or dark as the
/// reader's screen is.
public struct CurveFigure {
  private let runs: [RunCurves]
  private let charts: [Chart]
  private static let columns = 2, gap = 14.0, line = 18.0

  /// A picture of the curves of runs.
  ///
  /// - Parameter names: the measures shown (`Measure.name`); by default all that a run has.
  public init(_ runs: [RunCurves], measures names: [String]? = nil) {
    self.runs = runs
    charts = Charts(runs).all.filter { names?.contains($0.measure.name) ?? true }
  }

  /// Writes the file, whole or not at all; one that is there is replaced.
  ///
  /// - Throws: `Failure`, as `AtomicFile` does.
  public func write(_ path: String) throws { try replace(path, with: text) }

  /// The file's text.
  public var text: String {
    let rows = (charts.count + Self.columns - 1) / Self.columns
    let head = Self.gap + (runs.count > 1 ? Self.line * Double(runs.count) : 0)
    let width = Double(Self.columns) * (Chart.width + Self.gap) + Self.gap
    let height = head + Double(rows) * (Chart.height + Self.gap)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(width)) \(Int(height))\""
        + " width=\"\(Int(width))\" height=\"\(Int(height))\">",
      "<style>\n\(Palette.style)\n</style>",
      "<rect width=\"100%\" height=\"100%\" style=\"fill: var(--paper)\"/>",
    ]
    if runs.count > 1 {
      for (index, run) in runs.enumerated() {
        let y = Self.gap + Self.line * Double(index)
        lines.append(
          "<circle class=\"dot s\(index % Palette.count)\" cx=\"22\" cy=\"\(y)\" r=\"4\"/>"
            + "<text x=\"32\" y=\"\(y + 4)\">\(markup(run.run.title))</text>")
      }
    }
    for (index, chart) in charts.enumerated() {
      let x = Self.gap + Double(index % Self.columns) * (Chart.width + Self.gap)
      let y = head + Double(index / Self.columns) * (Chart.height + Self.gap)
      lines.append(
        chart.svg(
          "x=\"\(x)\" y=\"\(y)\" width=\"\(Int(Chart.width))\" height=\"\(Int(Chart.height))\""))
    }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }
}

/// The charts of some runs, over the same steps.
struct Charts {
  /// A chart for each measure that a run has.
  let all: [Chart]

  /// The charts of runs.
  init(_ runs: [RunCurves]) {
    let steps = runs.flatMap { [$0.first?.step, $0.last?.step].compactMap { $0 } }.map(Double.init)
    let range = (steps.min() ?? 0)...(steps.max() ?? 1)
    all = Measure.all.compactMap { Chart($0, of: runs, steps: range) }
  }
}
