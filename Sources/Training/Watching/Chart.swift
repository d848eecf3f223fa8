import Tensors

/// A measure of some runs, drawn as SVG: a line of means for each run, the range of the joined values
/// behind it.
struct Chart {
  /// Pixels of the drawing; a page may scale it.
  static let width = 360.0, height = 190.0
  /// Where the curves are.
  static let left = 48.0, right = 352.0, top = 26.0, bottom = 168.0

  /// What is drawn.
  let measure: Measure
  /// A curve for each run, in the order of the runs; nil where the run has none.
  let curves: [Curve?]
  let horizontal: Axis
  let vertical: Axis
  /// A number that is worth a line of its own: the healthy feature standard deviation.
  private let mark: Double?

  /// A chart; nil where no run has the measure.
  ///
  /// - Parameter steps: the steps shown, the same in all charts of a page.
  init?(_ measure: Measure, of runs: [RunCurves], steps: ClosedRange<Double>) {
    self.measure = measure
    curves = runs.map { $0[measure] }
    let ranges = curves.compactMap { $0?.range }
    guard var low = ranges.map(\.lowerBound).min(), var high = ranges.map(\.upperBound).max()
    else { return nil }
    mark =
      measure.name == "feature_deviation"
      ? runs.compactMap(\.run.embeddingWidth).max().map(CollapseMeasures.healthyDeviation) : nil
    // Collapse is seen as a distance from 0.
    if measure.tag.hasPrefix("collapse/") { low = min(low, 0) }
    high = max(high, mark ?? high)
    horizontal = Axis(steps, ticks: 3)
    vertical = Axis(low...high, ticks: 3)
  }

  /// The drawing, an `svg` element with the given attributes.
  func svg(_ attributes: String) -> String {
    var lines = [
      "<svg \(attributes) viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\""
        + " aria-label=\"\(markup(measure.title)) over steps\">",
      text(Self.left, 14, measure.title, "title"),
      text(Self.right, 14, latest, "value", anchor: "end"),
    ]
    for (index, tick) in horizontal.ticks.enumerated() {
      let label = index == 0 ? "step " + tick.label : tick.label
      lines.append(text(x(tick.value), Self.height - 6, label, "tick", anchor: "middle"))
    }
    for tick in vertical.ticks {
      lines.append(line(Self.left, y(tick.value), Self.right, y(tick.value), "grid"))
      lines.append(text(Self.left - 5, y(tick.value) + 3.5, tick.label, "tick", anchor: "end"))
    }
    if let mark { lines.append(line(Self.left, y(mark), Self.right, y(mark), "mark")) }
    for (index, curve) in curves.enumerated() {
      guard let curve else { continue }
      lines += draw(curve, index % Palette.count)
    }
    return (lines + ["</svg>"]).joined(separator: "\n")
  }

  /// The last point of each run.
  private var latest: String {
    let digits = curves.count > 1 ? 4 : 5
    return curves.map { curve in
      curve?.points.last.map { readable($0.mean, digits: digits) } ?? "-"
    }.joined(separator: " / ")
  }

  private func draw(_ curve: Curve, _ index: Int) -> [String] {
    let points = curve.points
    var lines: [String] = []
    if points.contains(where: { $0.count > 1 }) {
      let above = points.map { place($0.step, $0.range.upperBound) }
      let below = points.reversed().map { place($0.step, $0.range.lowerBound) }
      lines.append(
        "<polygon class=\"band s\(index)\" points=\"\((above + below).joined(separator: " "))\"/>")
    }
    if points.count == 1, let point = points.first {
      lines.append(
        "<circle class=\"dot s\(index)\" cx=\"\(pixels(x(point.step)))\""
          + " cy=\"\(pixels(y(point.mean)))\" r=\"2.5\"/>")
    }
    let means = points.map { place($0.step, $0.mean) }
    lines.append(
      "<polyline class=\"curve s\(index)\" points=\"\(means.joined(separator: " "))\"/>")
    return lines
  }

  private func x(_ step: Double) -> Double {
    Self.left + horizontal.place(step) * (Self.right - Self.left)
  }

  private func y(_ value: Double) -> Double {
    Self.bottom - vertical.place(value) * (Self.bottom - Self.top)
  }

  private func place(_ step: Double, _ value: Double) -> String {
    pixels(x(step)) + "," + pixels(y(value))
  }

  private func pixels(_ value: Double) -> String { Numbers.fixed(value, 1) }

  private func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String
  ) -> String {
    "<line class=\"\(kind)\" x1=\"\(pixels(x1))\" y1=\"\(pixels(y1))\""
      + " x2=\"\(pixels(x2))\" y2=\"\(pixels(y2))\"/>"
  }

  private func text(
    _ x: Double, _ y: Double, _ text: String, _ kind: String, anchor: String = "start"
  ) -> String {
    "<text class=\"\(kind)\" x=\"\(pixels(x))\" y=\"\(pixels(y))\" text-anchor=\"\(anchor)\">"
      + markup(text) + "</text>"
  }
}

/// Text as HTML and SVG have it between tags and in attributes; characters that XML has no place for
/// are left out.
func markup(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\n", "\t": result.unicodeScalars.append(scalar)
    case "\0"..<" ", "\u{7F}", "\u{FFFE}", "\u{FFFF}": continue
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
