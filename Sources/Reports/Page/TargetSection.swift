import Checkpoints
import Health
import Pages
import Tensors

/// The target beside the online network.
struct TargetSection {
  private let health: HealthReport

  init(_ health: HealthReport) { self.health = health }

  var section: Section? {
    guard let target = health.target else { return nil }
    var facts: [(String, String)] = []
    let percent = target.all.distance.map { Numbers.fixed(100 * $0, 2) + " %" } ?? "not finite"
    let cosine = target.all.cosine.map { ", cosine \(Numbers.fixed($0, 5))" } ?? ""
    facts.append(("Distance", "\(percent) of the online network's length\(cosine)"))
    if let lag = target.lag {
      facts.append(
        (
          "By the recipe",
          "tau \(Self.tau(lag.recipeTau)) now, \(Self.steps(lag.recipeSteps)) behind"
        ))
      if let tau = lag.impliedTau, let behind = lag.impliedSteps {
        facts.append(
          (
            "By the distance",
            "as with a constant tau of \(Self.tau(tau)), \(Self.steps(behind)) behind"
          ))
      }
      facts.append(
        ("Beside the recipe", "\(Numbers.fixed(lag.ratio, 2)) times the distance expected"))
    } else if let missing = target.lagMissing {
      facts.append(("tau", "not told by the distance: \(missing)"))
    }
    let layers = target.layers.filter { $0.path.hasSuffix("/weight") }
      .sorted { NativeOrder($0.path) < NativeOrder($1.path) }
    var figures = [
      LayerChart(
        "from online to target, % of the layer's norm",
        layers.map {
          ($0.path, $0.distance.map { 100 * $0 })
        })
    ]
    if layers.contains(where: { $0.tau != nil }) {
      figures.append(
        LayerChart(
          "steps behind that the distance implies",
          layers.map { layer in
            (layer.path, layer.tau.map { $0 / max(1 - $0, 1e-12) })
          }))
    }
    return Section(
      "target", "Target network",
      lead:
        "The target is a moving average of the online network, target' = tau target + (1 - tau) "
        + "online: the nearer tau is to 1, the more steps it is behind.",
      Markup.facts(facts) + "\n<h3>By layer, from the first to the last</h3>\n"
        + Markup.figures(figures.map(\.svg)))
  }

  /// 0.996, or 1 - 1.6e-09 where it is nearer to 1 than six decimals tell.
  private static func tau(_ value: Double) -> String {
    value > 1 - 1e-5 && value < 1 ? "1 - \(Numbers.error(1 - value))" : Numbers.fixed(value, 6)
  }

  private static func steps(_ count: Double) -> String {
    "\(Numbers.grouped(Int(min(max(count, 0), 1e15).rounded()))) steps"
  }
}
