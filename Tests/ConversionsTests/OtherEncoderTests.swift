import Archives
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Conversions

/// An encoder that no engine runs is converted all the same, and what was not checked is said.
@Suite struct OtherEncoderTests {
  /// A program that keeps its encoder's own names: a vision transformer, say.
  let dialect = """
    {
      "dialect": "mine", "version": "1.0", "title": "a program of ViTs", "fragments": ["torch"],
      "forms": [{
        "name": "learner", "anchor": "projector.0.weight",
        "mounts": [
          { "dialect": "net.", "native": "online/encoder/", "rules": "other" },
          { "dialect": "projector.", "native": "online/projector/", "rules": "mlp-013" }
        ]
      }]
    }
    """

  /// A learner with four tensors of an encoder and a projector of two layers, and its dialect.
  func learner(_ folder: TemporaryFolder) throws -> (file: String, dialect: String) {
    let json = folder.path("mine.json")
    try Data(dialect.utf8).write(to: URL(filePath: json))
    var seed = SplitMix64(seed: 3)
    func tensor(_ shape: [Int]) throws -> Node {
      let values = (0..<shape.reduce(1, *)).map { _ in Float(seed.nextFraction()) }
      return .tensor(try Tensor(floats: values, shape: shape))
    }
    let file = folder.path("learner.safetensors")
    let output = try AtomicFile(file)
    try Safetensors().write(
      Archive(
        .dict([
          ("net.patch.weight", try tensor([8, 3, 4, 4])), ("net.cls", try tensor([1, 1, 8])),
          ("net.blocks.0.attn.qkv.weight", try tensor([24, 8])),
          ("net.norm.weight", try tensor([8])),
          ("projector.0.weight", try tensor([12, 8])), ("projector.0.bias", try tensor([12])),
          ("projector.1.weight", try tensor([12])), ("projector.1.bias", try tensor([12])),
          ("projector.1.running_mean", try tensor([12])),
          ("projector.1.running_var", try tensor([12])),
          ("projector.3.weight", try tensor([6, 12])), ("projector.3.bias", try tensor([6])),
        ]), format: "safetensors"), to: output.output)
    try output.commit()
    return (file, json)
  }

  @Test func `it is converted without a probe, and the file says why`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (file, json) = try learner(folder)
    var options = ConversionOptions()
    options.from = json
    let native = folder.path("learner.h5")
    let report = try Conversion(file, to: native, options: options).run()
    #expect(report.counts.used == 12 && report.counts.extras == 0)
    let note = try #require(report.notes.first { $0.contains("no probe was recorded") })
    #expect(note.contains("family 'other'"))
    let missing = try Loaded(native).checkpoint.verification.probeMissing
    #expect(missing?.contains("family 'other'") == true)
    let verification = try FileVerification(native)
    #expect(verification.passed)
    #expect(verification.verdicts.map(\.status) == [.yes, .yes])
    #expect(verification.verdicts[1].detail.contains("the networks were not run"))
  }

  @Test func `a foreign file is checked through its dialect`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let (file, json) = try learner(folder)
    let verification = try FileVerification(file, dialect: json)
    #expect(verification.passed)
    #expect(verification.verdicts.map(\.status) == [.notChecked, .yes])
    #expect(verification.verdicts[1].detail.contains("12 tensors taken through mine and back"))
  }
}
