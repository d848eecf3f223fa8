import Archives
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct FingerprintTests {
  func checkpoint(_ change: ((inout [Checkpoint.Entry]) throws -> Void)? = nil) throws -> Checkpoint
  {
    let base = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    var entries = base.entries
    try change?(&entries)
    return Checkpoint(entries: entries, contract: base.contract)
  }

  /// Computed beside this project, by hashlib over the lines that docs/format.md describes.
  @Test func `the fingerprint is what docs and hashlib say`() throws {
    let tensor = try Tensor(floats: [1, 2, 3, 4, 5, 6], shape: [2, 3])
    let digest = try tensor.digest()
    #expect(
      digest.description == "24ae2dfe8df57c1b80e54cef3d90ac3b417fd98973345a5f616bbc9a75dcc202")
    let fingerprints = Fingerprints([
      ("online/predictor/linear0/weight", .float32, [2, 3], digest),
      ("optimizer/momentum/online/predictor/linear0/weight", .float32, [2, 3], digest),
    ])
    let line = "online/predictor/linear0/weight\tfloat32\t2,3\t\(digest)\n"
    #expect(fingerprints.byName["online.predictor"] == Digest(of: Array(line.utf8)))
    #expect(
      fingerprints.all?.description
        == "ebddb2f3b28664714a8b2f7af0ac2184a4f989e7b86d054023f79922cb6ded5b")
    #expect(
      fingerprints.byName["training"]
        == Digest(of: Array("optimizer/momentum/\(line)".utf8)))
  }

  @Test func `only the role that changed has another fingerprint`() throws {
    let before = try Fingerprints(of: checkpoint()).byName
    let after = try Fingerprints(
      of: checkpoint { entries in
        let index = try #require(
          entries.firstIndex { $0.path == "target/projector/linear0/bias" })
        var values = try entries[index].tensor.floats()
        values[0] = values[0].nextUp
        entries[index].tensor = try Tensor(floats: values, shape: entries[index].tensor.shape)
      }
    ).byName
    #expect(Set(before.keys) == Set(after.keys))
    #expect(before.keys.filter { before[$0] != after[$0] }.sorted() == ["all", "target.projector"])
  }

  @Test func `training state has a fingerprint of its own`() throws {
    let before = try Fingerprints(of: checkpoint()).byName
    let after = try Fingerprints(
      of: checkpoint { $0.removeAll { $0.path == "training/random" } }
    ).byName
    #expect(before.keys.filter { before[$0] != after[$0] } == ["training"])
  }
}
