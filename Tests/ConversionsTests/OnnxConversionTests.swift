import Archives
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Conversions

@Suite struct OnnxConversionTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")

  private func convert(
    _ input: String, _ output: String, to: String? = nil, settings: [String] = []
  ) throws -> ConversionReport {
    var options = ConversionOptions()
    options.to = to
    options.settings = settings
    options.sync = false
    return try Conversion(input, to: output, options: options).run()
  }

  @Test(arguments: ["onnx-encoder", "onnx-projection", "onnx-online"])
  func `a graph is a checkpoint of what it holds`(_ scope: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (graph, native) = (folder.path("graph.onnx"), folder.path("native.h5"))
    let report = try convert(sample, graph, to: scope, settings: ["input.size=48"])
    #expect(report.output.dialect == scope)
    #expect(
      report.counts.source
        == report.counts.used + report.counts.aliases + report.counts.extras
        + report.counts.dropped)
    #expect(report.counts.dropped > 0 && report.notes.contains { $0.contains(scope) })
    #expect(report.checks.map(\.name) == ["source"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["graph.onnx"])
    _ = try convert(graph, native)
    let (mine, theirs) = (try Loaded(native).checkpoint, try Loaded(sample).checkpoint)
    #expect(mine.contract.input.size == 48)
    #expect(mine.provenance.origins["contract.input.size"] == .flag)
    #expect(mine.verification.probe != nil)
    let fingerprints = try Fingerprints(of: theirs).byName
    for (name, digest) in try Fingerprints(of: mine).byName where name != "all" {
      #expect(digest == fingerprints[name], "\(name)")
    }
    #expect(try FileVerification(graph).passed)
  }

  @Test func `the usual graph is the encoder's`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let report = try convert(sample, folder.path("graph.onnx"))
    #expect(report.output.dialect == "onnx-encoder")
    #expect(report.roles.map(\.role) == [.onlineEncoder])
  }

  @Test func `native names hold the whole checkpoint in ONNX too`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let report = try convert(sample, folder.path("all.onnx"), to: "native")
    #expect(report.counts.dropped == 0)
    let (mine, theirs) = (
      try Loaded(folder.path("all.onnx")).checkpoint, try Loaded(sample).checkpoint
    )
    #expect(mine.entries.map(\.path) == theirs.entries.map(\.path))
    #expect(mine.contract == theirs.contract && mine.recipe == theirs.recipe)
    _ = try convert(folder.path("all.onnx"), folder.path("back.npz"), to: "haiku")
    let back = try Npz().read(MappedFile(folder.path("back.npz")))
    #expect(back.leaves.map(\.name) == (try Npz().read(MappedFile(sample)).leaves.map(\.name)))
  }

  @Test func `the same source gives the same bytes`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    for name in ["a.onnx", "b.onnx"] { _ = try convert(sample, folder.path(name)) }
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("a.onnx")))
        == Data(contentsOf: URL(filePath: folder.path("b.onnx"))))
  }

  @Test(arguments: [
    ("out.h5", "onnx-encoder"), ("out.npz", "onnx-online"), ("out.onnx", "haiku"),
    ("out.onnx", "onnx-target"),
  ])
  func `a graph goes into ONNX, and a dialect does not`(_ name: String, _ to: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let failure = #expect(throws: Failure.self) {
      try convert(sample, folder.path(name), to: to)
    }
    #expect(failure?.kind == .usage)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func `a dry run of a graph writes nothing and refuses what the run would`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.dryRun = true
    options.to = "onnx-online"
    let output = folder.path("out.onnx")
    #expect(try Conversion(sample, to: output, options: options).run().dryRun)
    options.drop = ["*predictor*"]
    #expect(throws: Failure.self) { try Conversion(sample, to: output, options: options).run() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}
