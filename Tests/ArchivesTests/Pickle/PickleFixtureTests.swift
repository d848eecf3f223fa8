import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Genuine pickles", .enabled(if: Shared.isPresent, Shared.why))
struct PickleFixtureTests {
  private func read(_ name: String) throws -> Archive {
    try Formats.recognising(MappedFile(Shared.path("fixtures/\(name)")))
      .read(MappedFile(Shared.path("fixtures/\(name)")))
  }

  /// The tensors of an archive by name.
  private func tensors(_ archive: Archive) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: archive.leaves.compactMap { leaf in
        if case .tensor(let tensor) = leaf.value { (leaf.name, tensor) } else { nil }
      })
  }

  /// The name in a pickle of what is `name` in the npz file of the same values.
  ///
  /// - Parameter named: whether the pickle has the names of the named tuples' fields.
  private func name(_ name: String, named: Bool) -> String {
    let trees = ["online_params", "target_params", "online_state", "target_state"]
    let first = String(name.prefix { $0 != "/" })
    let rest = name.dropFirst(first.count)
    if first == "opt_state" {
      return named
        ? "experiment_state/opt_state/1" + rest
        : "experiment_state/4/1/0" + rest.dropFirst("/mu".count)
    }
    guard let number = trees.firstIndex(of: first) else { return name }
    return "experiment_state/\(named ? first : String(number))" + rest
  }

  @Test(
    arguments: [
      ("tiny_published_style.pkl", "tiny_haiku_byol", true),
      ("tiny_haiku_byol.pkl", "tiny_haiku_byol", true),
      ("tiny_flatmapping.pkl", "tiny_haiku_byol", true),
      ("tiny_haiku_byol.jaxarrays.pkl", "tiny_haiku_byol", true),
      ("tiny_haiku_byol.proto4.pkl", "tiny_haiku_byol", false),
      ("tiny_haiku_byol_v2.pkl", "tiny_haiku_byol_v2", true),
      ("tiny_haiku_byol_basicblock.pkl", "tiny_haiku_byol_basicblock", true),
    ])
  func `a pickle holds the same names and bits as the npz file of the same values`(
    pickle: String, npz: String, named: Bool
  ) throws {
    var found = tensors(try read("deepmind/\(pickle)"))
    let expected = tensors(try read("deepmind/\(npz).npz"))
    var count = 0
    for (key, tensor) in expected where key != "step" {
      let other = try #require(found[name(key, named: named)], "\(key)")
      #expect(try other.hasSameBits(as: tensor), "\(key)")
      count += 1
    }
    if expected["rng"] == nil { found["rng"] = nil }
    #expect(count == found.count && count > 300)
  }

  @Test func `the tree has the names and kinds that the writers gave it`() throws {
    let published = try read("deepmind/tiny_published_style.pkl").root
    #expect(published.children?.map(\.key.description).prefix(2) == ["experiment_state", "step"])
    guard case .record(let type, let fields)? = published["experiment_state"] else {
      Issue.record("no named tuple")
      return
    }
    #expect(type == "__main__.BYOLState")
    #expect(
      fields.map(\.key.description) == [
        "online_params", "target_params", "online_state", "target_state", "opt_state",
      ])
    guard case .mapping("frozendict", _)? = published["experiment_state"]?["online_params"] else {
      Issue.record("no frozendict")
      return
    }
    let flat = try read("deepmind/tiny_flatmapping.pkl").root
    guard case .mapping("FlatMapping", _)? = flat["experiment_state"]?["online_params"] else {
      Issue.record("no FlatMapping")
      return
    }
    guard case .integer? = published["step"] else {
      Issue.record("no step")
      return
    }
  }

  @Test func `Paddle's states are read`() throws {
    let archive = try read("dialects/passl_tiny.pdparams")
    #expect(archive.root.children?.map(\.key.description).prefix(2) == ["epoch", "state_dict"])
    let weight = try #require(archive.root["state_dict"]?["towers.0.0.conv1.weight"]).tensor()
    #expect(weight.shape.count == 4 && weight.elementType == .float32)
    #expect(try weight.floats().allSatisfy(\.isFinite))
  }
}
