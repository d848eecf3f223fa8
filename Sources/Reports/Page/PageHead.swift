import Checkpoints
import Health
import Pages
import Tensors

/// The top of the page: what it is, in a line and a few numbers.
struct PageHead {
  private let page: ReportPage

  init(_ page: ReportPage) { self.page = page }

  var text: String {
    let view = page.inspection
    let form = view.form.map { " (\($0))" } ?? ""
    return """
      <h1>\(markup(baseName(view.path)))</h1>
      <p>\(markup(view.architecture))</p>
      <p class="dim">\(markup("\(Numbers.bytes(view.size)), format \(view.format), dialect \(view.dialect)\(form)"))</p>
      <div class="tiles">
      \(tiles.map { "<div class=\"tile\"><b>\(markup($0.0))</b><span>\(markup($0.1))</span></div>" }.joined(separator: "\n"))
      </div>
      """
  }

  private var tiles: [(String, String)] {
    let view = page.inspection
    var tiles: [(String, String)] = []
    let encoder = view.roles.first { $0.role == .onlineEncoder || $0.role == .targetEncoder }
    if let encoder {
      tiles.append((Self.short(encoder.parameters), "parameters of the encoder"))
    }
    if let step = page.loaded.checkpoint.recipe.step {
      tiles.append((Numbers.grouped(step), "updates"))
    }
    if let epoch = page.loaded.checkpoint.recipe.epoch {
      tiles.append((Numbers.grouped(epoch), "epochs"))
    }
    if let measured = page.health.features?.outputs.first {
      tiles.append(
        (Numbers.fixed(measured.effectiveRank, 1), "effective rank of the \(measured.output)"))
    }
    if let distance = page.health.target?.all.distance {
      tiles.append((Numbers.fixed(100 * distance, 2) + " %", "from online to target"))
    }
    let worst = page.health.findings.filter { $0.severity != .note }.count
    tiles.append((worst == 0 ? "none" : String(worst), "errors and warnings"))
    return tiles
  }

  /// 23.5 M, 176 k.
  private static func short(_ count: Int) -> String {
    let value = Double(count)
    if value >= 999_500 { return Numbers.fixed(value / 1e6, 1) + " M" }
    if value >= 10_000 { return Numbers.fixed(value / 1e3, 0) + " k" }
    return Numbers.grouped(count)
  }
}
