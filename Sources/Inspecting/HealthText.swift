import Health
import Tensors
import Terminals

/// The health of a checkpoint as people read it on a terminal.
struct HealthText {
  let health: HealthReport

  /// The findings, the worst first, then the measures that they rest on.
  var lines: [String] {
    var lines = findings
    if let features = health.features {
      lines += features.outputs.map { output in
        "\(features.branch) \(output.output): effective rank "
          + "\(Numbers.fixed(output.effectiveRank, 1)) of \(limit(features, output)), feature std. "
          + "deviation \(Numbers.error(output.deviation)) of \(Numbers.error(output.healthyDeviation))"
          + " (\(pictures(features)))"
      }
    } else if let missing = health.featuresMissing {
      lines.append("features were not looked at: \(missing)")
    }
    if let target = health.target {
      var words = "target: "
      words +=
        target.all.distance.map {
          "\(Numbers.fixed(100 * $0, 2)) % of the online network's length away"
        }
        ?? "not finite"
      if let lag = target.lag {
        words += ", \(Numbers.fixed(lag.ratio, 1)) times what the recipe gives"
        words += " (tau \(tau(lag.recipeTau)), \(steps(lag.recipeSteps)) behind)"
        if let tau = lag.impliedTau, let behind = lag.impliedSteps {
          words += ": as with a constant tau of \(self.tau(tau)), \(steps(behind)) behind"
        }
      }
      lines.append(words)
    }
    return lines
  }

  private var findings: [String] {
    guard !health.findings.isEmpty else { return ["nothing found"] }
    return health.findings.flatMap { finding in
      [
        "\(finding.severity.rawValue): \(finding.place): \(finding.message) [\(finding.code.rawValue)]",
        "  \(finding.advice)",
      ]
    }
  }

  /// 0.996, or 1 - 1.6e-09 where it is nearer to 1 than six decimals tell.
  private func tau(_ value: Double) -> String {
    value > 1 - 1e-5 && value < 1 ? "1 - \(Numbers.error(1 - value))" : Numbers.fixed(value, 6)
  }

  private func steps(_ count: Double) -> String {
    "\(Numbers.grouped(Int(min(count, 1e15).rounded()))) steps"
  }

  private func limit(_ features: FeatureReport, _ output: FeatureReport.Measured) -> Int {
    min(max(features.pictures - 1, 0), output.width)
  }

  private func pictures(_ features: FeatureReport) -> String {
    features.source == "probe"
      ? "\(features.pictures) pictures of the probe" : Numbers.counted(features.pictures, "picture")
  }
}
