import Health
import Pages
import Tensors

/// Features in the plane of their two largest principal components, a mark for each picture.
struct ProjectionChart {
  let svg: String

  /// A chart.
  init(_ projection: FeatureReport.Projection) {
    let (width, height) = (360.0, 250.0)
    let (left, right, top, bottom) = (6.0, 354.0, 28.0, 218.0)
    var drawing = Drawing(width: width, height: height)
    let shares = projection.shares.map { Numbers.fixed(100 * $0, 0) + " %" }
    drawing.text(left, 14, "principal components of the embeddings", "title")
    drawing.rectangle(left, top, right - left, bottom - top, "shade")
    drawing.text(
      (left + right) / 2, height - 12,
      "first: \(shares.first ?? "") of the variance, second: \(shares.dropFirst().first ?? "")",
      "tick",
      anchor: "middle")
    // Both axes in the same units, so that distances are what they are.
    let xs = projection.points.map { $0[0] }
    let ys = projection.points.map { $0[1] }
    let centre = (Self.middle(xs), Self.middle(ys))
    let scale = min(
      (right - left - 20) / Self.extent(xs), (bottom - top - 20) / Self.extent(ys))
    for (index, point) in projection.points.enumerated() {
      let label = projection.labels.map { $0[index] }
      let mark = Marker.of(label ?? 0)
      drawing.mark(
        (left + right) / 2 + (point[0] - centre.0) * scale,
        (top + bottom) / 2 - (point[1] - centre.1) * scale, mark.marker, "point \(mark.style)",
        size: projection.points.count > 200 ? 2.6 : 3.4,
        title: label.map { projection.classes[$0] })
    }
    svg = drawing.svg(
      label: "\(projection.points.count) pictures by the two largest principal components of their "
        + "embeddings")
  }

  private static func middle(_ values: [Double]) -> Double {
    ((values.min() ?? 0) + (values.max() ?? 0)) / 2
  }

  private static func extent(_ values: [Double]) -> Double {
    max((values.max() ?? 0) - (values.min() ?? 0), .leastNormalMagnitude)
  }
}
