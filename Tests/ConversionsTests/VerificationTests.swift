import Archives
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Conversions

@Suite struct VerificationTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")
  let reference = Shared.inPackage("samples/tiny_haiku_byol.ref.npz")

  func native(_ folder: TemporaryFolder, _ settings: [String] = []) throws -> String {
    var options = ConversionOptions()
    options.settings = settings
    let path = folder.path("native.h5")
    _ = try Conversion(sample, to: path, options: options).run()
    return path
  }

  func status(_ verification: FileVerification, _ name: String) -> String? {
    verification.verdicts.first { $0.name.hasPrefix(name) }?.status.rawValue
  }

  @Test func `a converted file is intact, consistent and agrees with DeepMind's outputs`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var verification = try FileVerification(native(folder))
    try verification.expect(
      reference, partial: false, format: nil, dialect: nil, tolerance: nil)
    #expect(verification.passed)
    #expect(verification.verdicts.map(\.status) == [.yes, .yes, .yes])
  }

  @Test func `a flipped bit is not intact and is not run`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = try native(folder)
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 4000] ^= 0x10
    try bytes.write(to: URL(filePath: path))
    var verification = try FileVerification(path)
    try verification.expect(
      reference, partial: false, format: nil, dialect: nil, tolerance: nil)
    #expect(!verification.passed)
    #expect(verification.verdicts.map(\.status) == [.no, .notChecked, .notChecked])
  }

  @Test func `a wrong contract is found by the reference and named`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var verification = try FileVerification(native(folder, ["encoder.padding=symmetric"]))
    #expect(status(verification, "consistent") == "yes")
    try verification.expect(
      reference, partial: false, format: nil, dialect: nil, tolerance: nil)
    #expect(status(verification, "agrees") == "no")
    #expect(verification.verdicts.last?.detail.contains("SAME") == true)
  }

  @Test func `a reference of something that is not in the file fails unless partial`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.drop = ["target_*"]
    let path = folder.path("online.h5")
    _ = try Conversion(sample, to: path, options: options).run()
    for (partial, expected) in [(false, "no"), (true, "yes")] {
      var verification = try FileVerification(path)
      try verification.expect(
        reference, partial: partial, format: nil, dialect: nil, tolerance: nil)
      #expect(status(verification, "agrees") == expected)
      #expect(verification.verdicts.last?.detail.contains("target_embedding") == true)
    }
  }

  @Test func `weights that changed after the probe was recorded are inconsistent`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var loaded = try Loaded(native(folder)).checkpoint
    var probe = try #require(loaded.verification.probe)
    probe.stages[3].dot += probe.stages[3].rms
    loaded.verification.probe = probe
    let path = folder.path("changed.npz")
    let file = try AtomicFile(path)
    try Npz().write(try loaded.nativeArchive(format: "npz"), to: file.output)
    try file.commit()
    let verification = try FileVerification(path)
    #expect(status(verification, "consistent") == "no")
    #expect(verification.verdicts.last?.detail.contains(probe.stages[3].name) == true)
  }

  @Test func `comparing says which role differs and whether the function does`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = try native(folder)
    let same = try CheckpointComparison(sample, path)
    #expect(same.sameWeights && same.sameFunction == true)
    var options = ConversionOptions()
    options.settings = ["bn.eps=1e-3"]
    let other = folder.path("eps.h5")
    _ = try Conversion(sample, to: other, options: options).run()
    let function = try CheckpointComparison(path, other)
    #expect(function.sameWeights && function.sameFunction == false)
    #expect(function.contract.map(\.[0]) == ["bn.eps"])
  }

  @Test func `a file that was trained since its source says for how long`() throws {
    let loaded = try Loaded(sample).checkpoint
    func sentence(_ run: String?) throws -> String {
      let bytes = Array((run ?? "").utf8)
      let document = try Tensor(.uint8, shape: [bytes.count], bytes: bytes)
      let entry = Checkpoint.Entry(NativeNames.runPath, document)
      let trained = Checkpoint(
        entries: loaded.entries + (run == nil ? [] : [entry]), contract: loaded.contract,
        provenance: loaded.provenance, tree: loaded.tree)
      return try FileVerification.sourceAgain(trained, threads: 1)
    }
    let said = try sentence(#"{"position": 1300, "end": 20000, "seed": 7}"#)
    #expect(said.contains("trained since") && said.contains("1,300 of 20,000 batches"))
    #expect(try sentence(nil).contains("hashes were not recorded"))
    #expect(throws: Failure.self) { try sentence("{}") }
  }
}
