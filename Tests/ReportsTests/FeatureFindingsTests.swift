import Foundation
import Health
import Spectra
import TestSupport
import Testing

@testable import Reports

@Suite struct FeatureFindingsTests {
  private static func report(
    deviation: Double = 0.05, rank: Double = 12, source: String = "photos", dead: Int = 0
  ) -> FeatureReport {
    var report = FeatureReport(
      branch: "online", source: source, pictures: 100, size: 32, engine: "none")
    report.outputs = [
      FeatureReport.Measured(
        output: "embedding", width: 64, deviation: deviation, healthyDeviation: 0.125,
        effectiveRank: rank)
    ]
    report.deadUnits = [FeatureReport.DeadUnits(stage: "stage3/block1", dead: dead, channels: 64)]
    return report
  }

  @Test func healthyFeaturesHaveNoFindings() {
    #expect(FeatureFindings.all(Self.report(dead: 32), isFinite: true) == [])
  }

  @Test func collapseIsFoundByEitherMeasureAndNotBefore() {
    let flat = FeatureFindings.all(Self.report(deviation: 0.0199 * 0.125), isFinite: true)
    #expect(flat.map(\.code) == [.collapse] && flat[0].severity == .error)
    #expect(flat[0].message.contains("feature standard deviation"))
    #expect(FeatureFindings.all(Self.report(deviation: 0.0201 * 0.125), isFinite: true).isEmpty)
    let line = FeatureFindings.all(Self.report(rank: 1.49), isFinite: true)
    #expect(line.map(\.code) == [.collapse] && line[0].message.contains("effective rank of 1.49"))
    #expect(FeatureFindings.all(Self.report(rank: 1.51), isFinite: true).isEmpty)
  }

  /// Pictures that nobody chose prove less.
  @Test func collapseOnTheProbeIsAWarning() {
    let found = FeatureFindings.all(Self.report(rank: 1, source: "probe"), isFinite: true)
    #expect(found.map(\.severity) == [.warning] && found[0].advice.contains("--images"))
  }

  @Test func deadUnitsAndNumbersThatAreNone() {
    #expect(
      FeatureFindings.all(Self.report(dead: 33), isFinite: true).map(\.code) == [.deadUnits])
    #expect(
      FeatureFindings.all(Self.report(), isFinite: false).map(\.code) == [.featuresNotFinite])
  }

  @Test func thePageOfFindingsHasTheLimits() throws {
    let page = try String(contentsOfFile: Shared.inPackage("docs/findings.md"), encoding: .utf8)
    #expect(page.contains("is below \(Collapse.leastDeviation) of 1/sqrt(width)"))
    #expect(page.contains("is below \(Collapse.leastRank): one direction"))
    #expect(page.contains("more than \(FeatureFindings.mostDead) of its channels"))
    #expect(page.contains("\(FeaturePass.mostTraced) pictures at most"))
    #expect(page.contains("\(FeaturePass.mostPictures) of a folder at most"))
    #expect(page.contains("\(ProbePictures.count) pictures of patches"))
  }
}
