import Health
import Spectra
import Tensors

/// What features tell of a network's health.
enum FeatureFindings {
  /// The share of a block's channels that may be zero for every picture.
  ///
  /// Sparse features are usual, and a channel may wait for what no picture shows; beyond a half, most of what was paid for gives
  /// nothing.
  static let mostDead = 0.5

  /// Judges the features of pictures.
  ///
  /// - Parameter isFinite: whether all of them are finite numbers.
  static func all(_ report: FeatureReport, isFinite: Bool) -> [Finding] {
    var findings: [Finding] = []
    if !isFinite {
      findings.append(
        Finding(
          .error, .featuresNotFinite, report.branch,
          "features of \(words(report)) are no finite numbers",
          advice:
            "Look for NaN among the weights, and for numbers that are too large for the type: "
            + "byol-verify names the first stage."))
    }
    findings += report.outputs.compactMap { collapse($0, report) }
    for units in report.deadUnits
    where Double(units.dead) > mostDead * Double(units.channels) {
      findings.append(
        Finding(
          .warning, .deadUnits, "\(report.branch)/\(units.stage)",
          "\(Numbers.counted(units.dead, "channel")) of \(units.channels) are zero for every one of "
            + words(report),
          advice: "Show it pictures of the kind that it was trained on (--images); if they stay "
            + "zero, the learning rate was too large."))
    }
    return findings
  }

  /// By the limits of `Collapse`; where nobody showed pictures it is a warning.
  private static func collapse(_ output: FeatureReport.Measured, _ report: FeatureReport)
    -> Finding?
  {
    guard report.pictures > 2, output.width > 1 else { return nil }
    let isFlat = output.deviation < Collapse.leastDeviation * output.healthyDeviation
    guard isFlat || output.effectiveRank < Collapse.leastRank else { return nil }
    let measure =
      isFlat
      ? "a feature standard deviation of \(Numbers.error(output.deviation)), of at most "
        + Numbers.error(output.healthyDeviation)
      : "an effective rank of \(Numbers.fixed(output.effectiveRank, 2))"
    let isProbe = report.source == "probe"
    return Finding(
      isProbe ? .warning : .error, .collapse, "\(report.branch)/\(output.output)",
      "\(words(report)) have \(measure)",
      advice: isProbe
        ? "All pictures look alike to it: show it real ones (--images) to be sure."
        : "All pictures look alike to it. Go back to an earlier checkpoint, and look at the predictor "
          + "(its learning rate), at tau and at batch norm, which keep BYOL from collapsing.")
  }

  private static func words(_ report: FeatureReport) -> String {
    report.source == "probe"
      ? "\(Numbers.counted(report.pictures, "picture")) of the probe"
      : Numbers.counted(report.pictures, "picture")
  }
}
