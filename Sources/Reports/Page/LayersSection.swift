import Checkpoints
import Health
import Pages
import Tensors

/// How the numbers of each layer are spread.
struct LayersSection {
  private let health: HealthReport

  init(_ health: HealthReport) { self.health = health }

  var section: Section? {
    let branch = health.tensors.contains { $0.path.hasPrefix("online/") } ? "online/" : "target/"
    let own = health.tensors.filter { $0.path.hasPrefix(branch) }
      .sorted { NativeOrder($0.path) < NativeOrder($1.path) }
    let weights = own.filter { $0.path.hasSuffix("/weight") && $0.shape.count > 1 }
    guard !weights.isEmpty else { return nil }
    let scales = own.filter { $0.path.hasSuffix("/scale") }
    var charts = [
      LayerChart("RMS of the weights", weights.map { ($0.path, $0.rms) })
    ]
    if !scales.isEmpty {
      charts.append(LayerChart("RMS of batch norm's scales", scales.map { ($0.path, $0.rms) }))
    }
    let others = own.filter { !($0.path.hasSuffix("/weight") && $0.shape.count > 1) }
    return Section(
      "layers", "Layers",
      lead: "Weights of the \(branch.dropLast()) network. Each histogram goes from four standard "
        + "deviations below the mean to four above it; the line is 0.",
      Markup.figures(charts.map(\.svg)) + "\n" + table(weights)
        + (others.isEmpty
          ? ""
          : Markup.details(
            "Batch norm and biases, \(Numbers.counted(others.count, "tensor"))", table(others))))
  }

  private func table(_ tensors: [TensorMeasures]) -> String {
    let largest = tensors.map(\.norm).max() ?? 0
    let head = """
      <div class="layer head"><span>layer</span><span>distribution</span><span>mean</span>\
      <span>RMS</span><span>norm</span></div>
      """
    let rows = tensors.map { tensor in
      var parts = tensor.path.split(separator: "/").dropFirst()
      if parts.last == "weight" { parts.removeLast() }
      let name = parts.joined(separator: "/")
      let shape = tensor.shape.map(String.init).joined(separator: " x ")
      let width = largest > 0 ? 60 * tensor.norm / largest : 0
      let bad = tensor.nan + tensor.infinite
      let alert = bad > 0 ? " (\(Numbers.grouped(bad)) not finite)" : ""
      return """
        <div class="layer"><span>\(markup(name)) <span class="dim">\(shape)\(alert)</span></span>\
        <span class="wide">\(HistogramChart(tensor.histogram).svg)</span>\
        <span data-name="mean">\(readable(tensor.mean, digits: 3))</span>\
        <span data-name="RMS">\(readable(tensor.rms, digits: 3))</span>\
        <span class="bar" data-name="norm"><i style="width: \(Numbers.fixed(width, 1))px"></i>\
        \(readable(tensor.norm, digits: 3))</span></div>
        """
    }
    return "<div class=\"layers\">\n\(([head] + rows).joined(separator: "\n"))\n</div>"
  }
}

/// A histogram in the room of a line of text.
struct HistogramChart {
  let svg: String

  /// A chart of counts; the line is where 0 is.
  init(_ histogram: Histogram) {
    let (width, height) = (130.0, 26.0)
    var drawing = Drawing(width: width, height: height)
    let most = Double(histogram.counts.max() ?? 0)
    let count = Double(max(histogram.counts.count, 1))
    if most > 0 {
      var points = [(x: 0.0, y: height)]
      for (index, value) in histogram.counts.enumerated() {
        let y = height - Double(value) / most * (height - 2)
        points.append((Double(index) / count * width, y))
        points.append((Double(index + 1) / count * width, y))
      }
      points.append((width, height))
      drawing.polygon(points, "area")
    }
    if histogram.low < 0, histogram.high > 0 {
      let x = -histogram.low / (histogram.high - histogram.low) * width
      drawing.line(x, 0, x, height, "zero")
    }
    svg = drawing.svg(
      label: "histogram from \(readable(histogram.low, digits: 3)) to "
        + readable(histogram.high, digits: 3), attributes: "preserveAspectRatio=\"none\"")
  }
}
