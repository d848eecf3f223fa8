import Health
import Pages
import Tensors

/// What the network makes of pictures: measures, spectrum and projection.
struct FeaturesSection {
  private let health: HealthReport

  init(_ health: HealthReport) { self.health = health }

  var section: Section? {
    guard let features = health.features else {
      return health.featuresMissing.map {
        Section("features", "Features", "<p class=\"dim\">Not looked at: \(markup($0)).</p>")
      }
    }
    let isProbe = features.source == "probe"
    let pictures =
      isProbe
      ? "\(features.pictures) pictures of the probe (patches of colour), \(features.size) x \(features.size). "
        + "With --images FOLDER, real ones."
      : "\(features.pictures) pictures of \(features.source), \(features.size) x \(features.size)"
        + (features.leftOut > 0 ? "; \(features.leftOut) could not be read." : ".")
    let rows = features.outputs.map { output in
      [
        output.output, String(output.width), Numbers.fixed(output.effectiveRank, 2),
        readable(output.deviation, digits: 3), readable(output.healthyDeviation, digits: 3),
      ]
    }
    var figures: [String] = []
    if let first = features.outputs.first, features.singularValues.count > 1 {
      figures.append(
        SpectrumChart(
          features.singularValues, limit: min(features.pictures - 1, first.width),
          rank: first.effectiveRank
        ).svg)
    }
    if let projection = features.projection {
      figures.append(
        "<div>" + ProjectionChart(projection).svg + keys(projection) + "</div>")
    }
    let units = features.deadUnits.filter { $0.dead > 0 }
    let dead =
      features.deadUnits.isEmpty
      ? ""
      : "<p class=\"dim\">Channels that are zero for every picture: "
        + (units.isEmpty
          ? "none at the end of any stage"
          : markup(
            units.map { "\($0.dead) of \($0.channels) in \($0.stage)" }.joined(separator: ", ")))
        + ".</p>"
    return Section(
      "features", "Features",
      lead: "The \(features.branch) network on \(pictures) Computed by \(features.engine).",
      Markup.table(
        ["output", "dimensions", "effective rank", "feature std. deviation", "at most"], rows,
        numbers: [1, 2, 3, 4]) + Markup.figures(figures) + dead)
  }

  private func keys(_ projection: FeatureReport.Projection) -> String {
    guard projection.labels != nil else { return "" }
    let items = projection.classes.enumerated().map { index, name in
      let mark = Marker.of(index)
      var drawing = Drawing(width: 12, height: 12)
      drawing.mark(6, 6, mark.marker, "key \(mark.style)", size: 4)
      return "<li>\(drawing.svg(label: "mark of \(name)"))\(markup(name))</li>"
    }
    return "<ul class=\"keys\">\(items.joined())</ul>"
  }
}
