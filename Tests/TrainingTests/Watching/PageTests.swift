import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct PageTests {
  private static func curves(_ steps: Int, _ run: RunDescription = Watched.run) -> RunCurves {
    var curves = RunCurves(run)
    for step in 0..<steps {
      var sample = Watched.sample(step)
      if step % 10 == 0 { sample.effectiveRank = 5 + Double(step) / 100 }
      curves.add(sample)
    }
    return curves
  }

  @Test(arguments: [0, 1, 5, 3000])
  func isWellFormedAndLoadsNothing(steps: Int) throws {
    let text = try Page([Self.curves(steps)]).text()
    let elements = try Elements(text)
    for (element, name, value) in elements.attributes where name != "xmlns" {
      #expect(
        !value.contains("//") && !["src", "srcset", "xlink:href", "action"].contains(name),
        "\(element) \(name)=\(value)")
      if name == "href" { #expect(value == "data:,") }
    }
    #expect(!text.contains("url(") && !text.contains("@import") && !text.contains("fetch("))
    #expect(text.contains("default-src 'none'"))
    #expect(text.contains("prefers-color-scheme: dark"))
    #expect(text.contains("width=device-width"))
    #expect(elements.names.filter { $0 == "svg" }.count == (steps == 0 ? 0 : 5))
    #expect(text.utf8.count < 60_000)
  }

  @Test func hasTheCurvesTheLatestValuesAndTheSettings() throws {
    let elements = try Elements(try Page([Self.curves(51)]).text())
    for words in [
      "ResNet-18 <x0.25> & friends", "step 50 of 100", "epoch 6.25", "loss", "target's tau",
      "learning rate", "feature std. deviation", "effective rank", "batch", "128",
      "a \"quoted\" one",
    ] {
      #expect(elements.text.contains(words), "\(words)")
    }
    let lines = elements.attributes.filter { $0.element == "polyline" && $0.name == "points" }
    #expect(lines.map { $0.value.split(separator: " ").count } == [51, 51, 51, 51, 6])
  }

  /// The learning rate goes from 0 to 1 over 11 steps: its line goes from corner to corner.
  @Test func curvesAreWhereTheirValuesAre() throws {
    var curves = RunCurves(RunDescription(title: "ramp"))
    for step in 0...10 {
      var sample = Sample(step: step, epoch: 0, loss: 3)
      sample.learningRate = Double(step) / 10
      curves.add(sample)
    }
    let lines = try Elements(try Page([curves]).text()).attributes
      .filter { $0.element == "polyline" && $0.name == "points" }.map(\.value)
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("48.0,97.0 ") == true)
    #expect(lines.last?.hasPrefix("48.0,168.0 ") == true)
    #expect(lines.last?.contains(" 200.0,97.0 ") == true)
    #expect(lines.last?.hasSuffix(" 352.0,26.0") == true)
  }

  @Test func theScriptsNumbersAreTheCurves() throws {
    var odd = Watched.run
    odd.title = "</script><script>alert(1)</script>"
    let text = try Page([Self.curves(4, odd)]).text()
    #expect(text.components(separatedBy: "<script").count == 3)
    let start = try #require(text.range(of: "id=\"data\">")?.upperBound)
    let end = try #require(text.range(of: "</script>", range: start..<text.endIndex)?.lowerBound)
    let json = try JSONSerialization.jsonObject(with: Data(text[start..<end].utf8))
    let charts = try #require((json as? [String: Any])?["charts"] as? [[String: Any]])
    #expect(charts.first?["name"] as? String == "loss")
    #expect(charts.first?["steps"] as? [Double] == [0, 3])
    #expect(
      charts.first?["points"] as? [[[Double]]] == [[[0, 4], [1, 2], [2, 4.0 / 3], [3, 1]]])
  }

  @Test func collapseIsSaid() throws {
    func text(_ deviation: Double, rank: Double?, width: Int? = 16) throws -> String {
      var curves = RunCurves(RunDescription(title: "run", embeddingWidth: width))
      for step in 0..<20 {
        var sample = Sample(step: step, epoch: 0, loss: 0)
        // Once it was healthy, and one value is an outlier.
        sample.featureDeviation = step < 9 || step == 15 ? 0.2 : deviation
        sample.effectiveRank = step < 9 || step == 15 ? 12 : rank
        curves.add(sample)
      }
      return try Page([curves]).text()
    }
    #expect(
      try text(0.001, rank: nil).contains("role=\"alert\">The network has collapsed: the feature"))
    #expect(try text(0.1, rank: 1.2).contains("role=\"alert\">The network has collapsed: the eff"))
    #expect(try text(0.001, rank: 1.2, width: nil).contains("the effective rank"))
    #expect(try !text(0.1, rank: 3).contains("role=\"alert\""))
    #expect(try !text(0.001, rank: nil, width: nil).contains("role=\"alert\""))
  }

  @Test func aRunningPageReloadsItselfAndAFinishedOneDoesNot() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("page.html")
    func text() throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
    var earlier = MetricsLog()
    for step in 0..<6 { earlier.add(Watched.sample(step)) }
    let file = try PageFile(path, Watched.run, earlier: earlier, from: 3, every: .zero)
    #expect(try text().contains("step 2 of 100, epoch 0.25, running"))
    file.observeWell(Watched.sample(3))
    #expect(try text().contains("step 3 of 100"))
    #expect(try text().contains("http-equiv=\"refresh\""))
    try file.finish()
    #expect(try !text().contains("http-equiv=\"refresh\""))
    #expect(try !text().contains("running"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["page.html"])
  }

  @Test func aPageIsNotWrittenAtEveryStep() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("page.html")
    let file = try PageFile(path, Watched.run, every: .seconds(3600))
    let before = try Data(contentsOf: URL(filePath: path))
    file.observeWell(Watched.sample(0))
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    try file.finish()
    #expect(try Data(contentsOf: URL(filePath: path)) != before)
  }

  @Test func aPictureHasTheRunsAndTheMeasuresAskedFor() throws {
    var other = Watched.run
    other.title = "seed 2"
    let runs = [Self.curves(30), Self.curves(20, other)]
    let all = try Elements(CurveFigure(runs).text)
    #expect(all.names.filter { $0 == "svg" }.count == 1 + 5)
    #expect(all.names.filter { $0 == "polyline" }.count == 10)
    #expect(all.text.contains("ResNet-18 <x0.25> & friends") && all.text.contains("seed 2"))
    let one = try Elements(CurveFigure(runs, measures: ["tau"]).text)
    #expect(one.names.filter { $0 == "polyline" }.count == 2)
    #expect(one.text.contains("target's tau") && !one.text.contains("learning rate"))
    _ = try Elements(CurveFigure([]).text)
  }
}
