import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Conversions

/// What a dialect has no place for is named, and all the rest is compared.
@Suite struct LeftOutTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")

  func options(to dialect: String) -> ConversionOptions {
    var options = ConversionOptions()
    options.to = dialect
    return options
  }

  @Test func `roles that torchvision's names have no place for are counted and named`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("net.safetensors")
    let report = try Conversion(sample, to: output, options: options(to: "torchvision")).run()
    let source = try Loaded(sample).checkpoint
    let held: Set<Role> = [.onlineEncoder, .onlineHeads]
    let expected = source.roleSummaries.filter { !held.contains($0.role) }
    #expect(report.leftOut.map(\.role) == expected.map(\.role))
    #expect(report.leftOut.map(\.tensors) == expected.map(\.tensors))
    let names = Set(report.leftOut.flatMap(\.names))
    #expect(names == Set(source.entries.map(\.path).filter { !held.contains(Role(of: $0)) }))
    let note = try #require(report.notes.first { $0.contains("were left out") })
    #expect(note.contains("are not held by torchvision"))
    #expect(note.contains("optimizer (72)"))
    let kept = source.entries.count - names.count
    #expect(report.checks.contains { $0.detail == "\(kept) tensors read again, equal bit for bit" })
  }

  @Test func `a dry run tells it too`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = options(to: "torchvision")
    options.dryRun = true
    let report = try Conversion(
      sample, to: folder.path("net.safetensors"), options: options
    ).run()
    #expect(report.leftOut.contains { $0.role == .targetEncoder })
  }

  @Test func `nothing is left out on the way back to the source's own dialect`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let report = try Conversion(sample, to: folder.path("back.npz")).run()
    #expect(report.leftOut.isEmpty)
    #expect(!report.notes.contains { $0.contains("left out") })
  }

  @Test func `a written tensor with another bit, and a missing one, are found`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("net.safetensors")
    let conversion = try Conversion(sample, to: output, options: options(to: "torchvision"))
    let exported = try #require(try conversion.exported())
    _ = try conversion.run()
    let written = try Loaded(output).checkpoint
    #expect(try conversion.compareTensors(with: written, exported) > 100)
    let path = "online/encoder/stem/bn/mean"
    var entries = written.entries
    let place = try #require(entries.firstIndex { $0.path == path })
    var bytes = try entries[place].tensor.bytes()
    bytes[0] ^= 1
    let tensor = entries[place].tensor
    entries[place].tensor = try Tensor(tensor.elementType, shape: tensor.shape, bytes: bytes)
    for changed in [entries, written.entries.filter { $0.path != path }] {
      let failure = #expect(throws: Failure.self) {
        try conversion.compareTensors(
          with: Checkpoint(entries: changed, contract: written.contract), exported)
      }
      #expect(failure?.kind == .differs && failure?.place == path)
    }
  }

  @Test func `the sidecar says what the written tensors show of the heads`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("net.safetensors")
    _ = try Conversion(sample, to: output, options: options(to: "torchvision")).run()
    let again = try Loaded(output).checkpoint
    #expect(again.contract.encoder.padding == .same)
    #expect(again.contract.mlp.projector.isEmpty)
  }

  @Test func `a role that a loader asks for and the checkpoint lacks is named, not invented`()
    throws
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = options(to: "solo-learn")
    options.zeroBiases = true
    options.drop = [
      "target_*", "online_params/predictor/*", "online_state/predictor/*", "opt_state/*",
    ]
    let output = folder.path("net.safetensors")
    let report = try Conversion(sample, to: output, options: options).run()
    let note = try #require(report.notes.first { $0.contains("a loader that asks for every name") })
    #expect(note.contains("online.predictor") && note.contains("target.encoder"))
    #expect(note.contains("--target from-online") && note.contains("--predictor random"))
    #expect(!(try Loaded(output).checkpoint.roles.contains(.onlinePredictor)))
  }
}
