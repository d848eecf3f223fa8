import Archives
import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

@testable import Conversions

@Suite("Directories of shards") struct ShardingTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")

  private func convert(
    _ input: String, to output: String, _ dialect: String? = Dialects.native, shards: Int? = 200_000
  ) throws -> ConversionReport {
    var options = ConversionOptions()
    options.to = dialect
    options.shardSize = shards
    return try Conversion(input, to: output, options: options).run()
  }

  @Test func `shards and their index hold what one file holds`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (model, whole) = (folder.path("model"), folder.path("whole.safetensors"))
    let report = try convert(sample, to: model)
    _ = try convert(sample, to: whole, shards: nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: model).sorted()
    #expect(names.count >= 4 && names.last == "model.safetensors.index.json")
    #expect(names.first == "model-00001-of-0000\(names.count - 1).safetensors")
    var size = 0
    for name in names {
      let file = try MappedFile("\(model)/\(name)")
      size += file.count
      guard name.hasSuffix(".safetensors") else { continue }
      let bytes = try Safetensors().read(file).leaves.reduce(0) { sum, leaf in
        if case .tensor(let tensor) = leaf.value { return sum + tensor.byteCount }
        return sum
      }
      #expect(bytes <= 200_000)
    }
    #expect(report.output.size == size)
    #expect(report.checks.first?.detail.contains("equal bit for bit") == true)
    let (sharded, single) = (try Loaded(model).checkpoint, try Loaded(whole).checkpoint)
    #expect(try Fingerprints(of: sharded).byName == Fingerprints(of: single).byName)
    #expect(sharded.contract == single.contract)
    // And back.
    let back = folder.path("back.h5")
    _ = try convert(model, to: back, nil, shards: nil)
    #expect(try Fingerprints(of: Loaded(back).checkpoint).byName == Fingerprints(of: single).byName)
  }

  @Test func `a dialect's names go into shards too, with their sidecar beside the directory`()
    throws
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let model = folder.path("model")
    let report = try convert(sample, to: model, "torchvision", shards: 30_000)
    #expect(report.notes.contains { $0.contains("model.byol.json") })
    let read = try Loaded(model)
    #expect(read.dialectName == "torchvision")
    #expect(read.checkpoint.contract.encoder.padding == .same)
    // The module would load one file.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
        "model", "model.byol.json",
      ])
  }

  @Test func `other formats, one file's name and no bytes are refused`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    for (name, format, size) in [
      ("model.safetensors", nil, 1000), ("model", "torch", 1000), ("model", nil, 0),
    ] {
      var options = ConversionOptions()
      options.to = Dialects.native
      options.toFormat = format
      options.shardSize = size
      let failure = #expect(throws: Failure.self) {
        try Conversion(sample, to: folder.path(name), options: options).run()
      }
      #expect(failure?.kind == .usage, "\(String(describing: failure))")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}
