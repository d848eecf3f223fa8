import Checkpoints
import Foundation
import Health
import Tensors
import TestSupport
import Testing

@testable import Reports

@Suite struct ReportPageTests {
  private static func loaded() throws -> Loaded {
    try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz"))
  }

  @Test func thePageIsWholeAndLoadsNothing() throws {
    let loaded = try Self.loaded()
    let text = try ReportPage(loaded, Examination(loaded).report).text()
    let page = try Elements(text)
    for (element, name, value) in page.attributes where name != "xmlns" {
      #expect(
        !value.contains("//") || value.hasPrefix("data:image/png;base64,"), "\(element) \(name)")
      if name == "src" { #expect(value.hasPrefix("data:")) }
      if name == "href" { #expect(value == "data:," || value.hasPrefix("#")) }
    }
    #expect(!page.names.contains("script") && !text.contains("url(") && !text.contains("@import"))
    #expect(text.utf8.count < 500_000)
    // The first layer's filters.
    #expect(page.names.filter { $0 == "img" }.count == 64)
    for words in [
      "tiny_haiku_byol.npz", "Nothing found", "online.predictor", "24,576", "SAME, as TensorFlow",
      "effective rank", "principal components", "momentum", "LARS (paper)", "CC BY-NC 4.0",
      "encoder/stage0/block0/conv0", "from online to target",
    ] {
      #expect(page.text.contains(words), "\(words)")
    }
    // What links lead to is there.
    let ids = page.attributes.filter { $0.name == "id" }.map { "#" + $0.value }
    let links = page.attributes.filter { $0.name == "href" && $0.value != "data:," }.map(\.value)
    #expect(links == ids && links.count >= 7)
  }

  @Test func findingsAreSaidAndEscaped() throws {
    var loaded = try Self.loaded()
    loaded.path = "<b>&\"odd\".npz"
    let finding = Finding(
      .error, .collapse, "online/<x>", "a & b", advice: "Look \"there\" > here.")
    let page = try Elements(
      try ReportPage(loaded, HealthReport(findings: [finding], tensors: [])).text())
    #expect(page.text.contains("online/<x>: a & b") && page.text.contains("<b>&\"odd\".npz"))
    #expect(page.attributes.contains { $0.element == "li" && $0.value == "error" })
    #expect(!page.text.contains("Nothing found"))
  }

  @Test func theFileIsReplacedWhole() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("page.html")
    try Data("old".utf8).write(to: URL(filePath: path))
    let loaded = try Self.loaded()
    let report = HealthReport(findings: [], tensors: [])
    let page = try ReportPage(loaded, report)
    try page.write(path)
    let written = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    #expect(try written == page.text())
    #expect(throws: Failure.self) { try page.write(folder.path("missing/page.html")) }
  }

  @Test func contractsAreSaidInWords() throws {
    let words = ContractWords(try Self.loaded().checkpoint.contract).sentences
    let byName = Dictionary(uniqueKeysWithValues: words)
    #expect(byName["Projector"] == "64 - 32 - 16, biases in linear 0")
    #expect(byName["Stem"] == "7x7 convolution of stride 2, then 3x3 max-pooling of stride 2")
    #expect(byName["Picture"]?.contains("224 x 224") == true)
  }
}
