import Pages
import Tensors

/// A number for each layer, from the first to the last: a column each.
struct LayerChart {
  let svg: String

  /// A chart; layers without a number have no column.
  init(_ title: String, _ layers: [(path: String, value: Double?)]) {
    let (width, height) = (360.0, 180.0)
    let (left, right, top, bottom) = (44.0, 354.0, 26.0, 152.0)
    var drawing = Drawing(width: width, height: height)
    let most = layers.compactMap(\.value).filter(\.isFinite).max() ?? 0
    let axis = Axis(0...max(most, .leastNormalMagnitude), ticks: 3)
    drawing.text(left, 14, title, "title")
    for tick in axis.ticks {
      let y = bottom - axis.place(tick.value) * (bottom - top)
      drawing.line(left, y, right, y, "grid")
      drawing.text(left - 5, y + 3.5, tick.label, "tick", anchor: "end")
    }
    let pitch = (right - left) / Double(max(layers.count, 1))
    for (index, layer) in layers.enumerated() {
      guard let value = layer.value, value.isFinite else { continue }
      let length = axis.place(value) * (bottom - top)
      let parts = layer.path.split(separator: "/").dropLast().joined(separator: "/")
      drawing.rectangle(
        left + (Double(index) + 0.14) * pitch, bottom - length, 0.72 * pitch, length,
        "dot \(Self.colour(layer.path))", title: "\(parts): \(readable(value, digits: 3))")
    }
    // The names of the parts, where there is room for them.
    var end = -Double.infinity
    for (index, layer) in layers.enumerated() {
      let name = Self.part(layer.path)
      guard index == 0 || name != Self.part(layers[index - 1].path) else { continue }
      let x = left + Double(index) * pitch
      // About six pixels a letter; the last name ends where the chart does.
      let length = 6.2 * Double(name.count)
      let start = min(x, right - length)
      guard start > end else { continue }
      drawing.text(start, height - 10, name, "tick")
      end = start + length + 8
    }
    svg = drawing.svg(label: "\(title), by layer")
  }

  /// `stem`, `stage2`, `projector`.
  private static func part(_ path: String) -> String {
    var parts = path.split(separator: "/").map(String.init)
    if let first = parts.first, ["online", "target"].contains(first) { parts.removeFirst() }
    guard parts.first == "encoder", parts.count > 1 else { return parts.first ?? "" }
    return parts[1]
  }

  /// Heads have another colour than the encoder.
  private static func colour(_ path: String) -> String {
    path.contains("projector/") ? "s1" : path.contains("predictor/") ? "s2" : "s0"
  }
}
