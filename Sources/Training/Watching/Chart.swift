import Pages
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
    var drawing = Drawing(width: Self.width, height: Self.height)
    drawing.text(Self.left, 14, measure.title, "title")
    drawing.text(Self.right, 14, latest, "value", anchor: "end")
    for (index, tick) in horizontal.ticks.enumerated() {
      let label = index == 0 ? "step " + tick.label : tick.label
      drawing.text(x(tick.value), Self.height - 6, label, "tick", anchor: "middle")
    }
    for tick in vertical.ticks {
      drawing.line(Self.left, y(tick.value), Self.right, y(tick.value), "grid")
      drawing.text(Self.left - 5, y(tick.value) + 3.5, tick.label, "tick", anchor: "end")
    }
    if let mark { drawing.line(Self.left, y(mark), Self.right, y(mark), "mark") }
    for (index, curve) in curves.enumerated() {
      if let curve { draw(curve, index % Palette.count, into: &drawing) }
    }
    return drawing.svg(label: "\(measure.title) over steps", attributes: attributes)
  }

  /// The last point of each run.
  private var latest: String {
    let digits = curves.count > 1 ? 4 : 5
    return curves.map { curve in
      curve?.points.last.map { readable($0.mean, digits: digits) } ?? "-"
    }.joined(separator: " / ")
  }

  private func draw(_ curve: Curve, _ index: Int, into drawing: inout Drawing) {
    let points = curve.points
    if points.contains(where: { $0.count > 1 }) {
      let above = points.map { (x($0.step), y($0.range.upperBound)) }
      let below = points.reversed().map { (x($0.step), y($0.range.lowerBound)) }
      drawing.polygon(above + below, "band s\(index)")
    }
    if points.count == 1, let point = points.first {
      drawing.mark(x(point.step), y(point.mean), .circle, "dot s\(index)", size: 2.5)
    }
    drawing.polyline(points.map { (x($0.step), y($0.mean)) }, "curve s\(index)")
  }

  private func x(_ step: Double) -> Double {
    Self.left + horizontal.place(step) * (Self.right - Self.left)
  }

  private func y(_ value: Double) -> Double {
    Self.bottom - vertical.place(value) * (Self.bottom - Self.top)
  }
}
