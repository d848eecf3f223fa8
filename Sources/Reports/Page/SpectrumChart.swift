import Glibc
import Pages
import Tensors

/// Singular values over their number, the vertical axis logarithmic.
struct SpectrumChart {
  let svg: String

  /// A chart.
  ///
  /// - Parameters:
  ///   - values: the largest first, none of them 0.
  ///   - limit: how many there could be.
  ///   - rank: the effective rank, which gets a mark.
  init(_ values: [Double], limit: Int, rank: Double) {
    let (width, height) = (360.0, 250.0)
    let (left, right, top, bottom) = (44.0, 352.0, 28.0, 218.0)
    var drawing = Drawing(width: width, height: height)
    let largest = values.first ?? 1
    let heights = values.map { log10(max($0 / largest, 1e-12)) }
    // Down to the smallest, and a factor of ten at least.
    let low = min(heights.min() ?? -1, -1).rounded(.down)
    let across = Axis(1...Double(max(limit, values.count, 2)), ticks: 4)
    func x(_ index: Double) -> Double { left + across.place(index) * (right - left) }
    func y(_ height: Double) -> Double { top + height / low * (bottom - top) }
    drawing.text(left, 14, "singular values, largest = 1", "title")
    drawing.text(right, 14, "effective rank \(Numbers.fixed(rank, 1))", "value", anchor: "end")
    let decades = Int(-low)
    for decade in stride(from: 0, through: decades, by: max(1, decades / 5)) {
      let place = y(Double(-decade))
      drawing.line(left, place, right, place, "grid")
      let label = decade <= 3 ? readable(pow(10, Double(-decade))) : "1e-\(decade)"
      drawing.text(left - 6, place + 3.5, label, "tick", anchor: "end")
    }
    for tick in across.ticks {
      drawing.text(x(tick.value), height - 12, tick.label, "tick", anchor: "middle")
    }
    drawing.line(x(max(rank, 1)), top, x(max(rank, 1)), bottom, "mark")
    let points = heights.enumerated().map { (x(Double($0.offset + 1)), y($0.element)) }
    drawing.polygon(
      [(x(1), bottom)] + points + [(points.last?.0 ?? x(1), bottom)], "band s0")
    drawing.polyline(points, "curve s0")
    svg = drawing.svg(
      label: "\(values.count) singular values of the embeddings, effective rank "
        + Numbers.fixed(rank, 1))
  }
}
