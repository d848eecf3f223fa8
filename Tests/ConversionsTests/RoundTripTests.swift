import Archives
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Conversions

@Suite struct RoundTripTests {
  /// Whether two archives have the same tree: names and their order, types, shapes, bits, layouts.
  func expectSame(_ one: Archive, _ other: Archive) throws {
    #expect(one.leaves.map(\.name) == other.leaves.map(\.name))
    for (a, b) in zip(one.leaves, other.leaves) {
      guard case .tensor(let mine) = a.value, case .tensor(let theirs) = b.value else {
        Issue.record("\(a.name) is no tensor")
        continue
      }
      #expect(mine.elementType == theirs.elementType, "\(a.name)")
      #expect(mine.shape == theirs.shape, "\(a.name)")
      #expect(mine.layout == theirs.layout, "\(a.name)")
      #expect(try mine.bytes() == theirs.bytes(), "\(a.name)")
    }
  }

  /// source -> h5 -> source, with everything on.
  func roundTrip(_ source: String, in folder: TemporaryFolder) throws -> Checkpoint {
    let native = folder.path("native.h5")
    let back = folder.path("back.npz")
    let report = try Conversion(source, to: native).run()
    #expect(report.counts.source == report.counts.used + report.counts.extras)
    _ = try Conversion(native, to: back).run()
    try expectSame(
      Npz().read(MappedFile(source)), Npz().read(MappedFile(back)))
    return try Loaded(native).checkpoint
  }

  @Test(
    .enabled(if: Shared.isPresent, Shared.why),
    arguments: [
      "tiny_haiku_byol.npz", "tiny_haiku_byol_basicblock.npz", "tiny_haiku_byol_v2.npz",
      "tiny_haiku_online_params.npz",
    ])
  func `genuine states come back as the same tree`(_ name: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let checkpoint = try roundTrip(Shared.path("fixtures/deepmind/\(name)"), in: folder)
    if name.contains("online_params") {
      #expect(checkpoint.verification.probe == nil)
      #expect(checkpoint.verification.probeMissing != nil)
    } else {
      #expect(checkpoint.verification.probe != nil)
      #expect(checkpoint.recipe.step != nil)
    }
  }

  /// The sample with leaves changed, as an npz.
  func variant(
    _ folder: TemporaryFolder, _ change: ([(String, Node)]) throws -> [(String, Node)]
  ) throws -> String {
    let plain = try Npz().read(MappedFile(Shared.inPackage("samples/tiny_haiku_byol.npz")))
    let path = folder.path("variant.npz")
    let file = try AtomicFile(path)
    try Npz().write(
      Archive(.dict(try change(plain.leaves.map { ($0.name, $0.value) })), format: "npz"),
      to: file.output)
    try file.commit()
    return path
  }

  @Test func `orders of elements and of bytes come back`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let source = try variant(folder) { leaves in
      leaves.enumerated().map { index, leaf in
        guard case .tensor(var tensor) = leaf.1 else { return leaf }
        tensor.layout = StoredLayout(
          order: index % 2 == 0 && tensor.shape.count > 1 ? .columnMajor : .rowMajor,
          isBigEndian: index % 3 == 0)
        return (leaf.0, .tensor(tensor))
      }
    }
    _ = try roundTrip(source, in: folder)
  }

  @Test func `values that are no numbers come back bit for bit`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let source = try variant(folder) { leaves in
      try leaves.map { name, node in
        guard name == "online_params/classifier/w", case .tensor(let tensor) = node else {
          return (name, node)
        }
        var values = try tensor.floats()
        values[0] = Float(bitPattern: 0x7FC0_1234)
        values[1] = Float(bitPattern: 0xFFA0_0001)
        values[2] = -0.0
        values[3] = .leastNonzeroMagnitude
        return (name, .tensor(try Tensor(floats: values, shape: tensor.shape)))
      }
    }
    _ = try roundTrip(source, in: folder)
  }

  @Test func `a diverged run converts, and is said to give no numbers`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let source = try variant(folder) { leaves in
      try leaves.map { name, node in
        guard name.hasSuffix("initial_conv/w"), case .tensor(let tensor) = node else {
          return (name, node)
        }
        let values = [Float](repeating: .nan, count: tensor.count)
        return (name, .tensor(try Tensor(floats: values, shape: tensor.shape)))
      }
    }
    let checkpoint = try roundTrip(source, in: folder)
    #expect(checkpoint.verification.probe == nil)
    #expect(checkpoint.verification.probeMissing?.contains("no finite numbers") == true)
    let verification = try FileVerification(folder.path("native.h5"))
    #expect(verification.verdicts.map(\.status) == [.yes, .no])
    #expect(verification.verdicts[1].detail.contains("stem/pool"))
    let comparison = try CheckpointComparison(
      source, Shared.inPackage("samples/tiny_haiku_byol.npz"))
    #expect(!comparison.sameWeights && comparison.sameFunction == false)
  }

  @Test func `extras come back in their place`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let source = try variant(folder) { leaves in
      let extras = try (0..<300).map { index in
        ("notes/\(index)", Node.tensor(try Tensor(floats: [Float(index)], shape: [1])))
      }
      return Array(leaves.prefix(10)) + extras + leaves.dropFirst(10)
    }
    let checkpoint = try roundTrip(source, in: folder)
    #expect(checkpoint.extras.count == 300)
    #expect(checkpoint.provenance.counts?.extras == 300)
  }

  @Test func `native names travel through npz`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.to = "native"
    let npz = folder.path("native.npz")
    let native = folder.path("native.h5")
    let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")
    _ = try Conversion(sample, to: npz, options: options).run()
    _ = try Conversion(npz, to: native).run()
    let back = folder.path("back.npz")
    _ = try Conversion(native, to: back).run()
    try expectSame(Npz().read(MappedFile(sample)), Npz().read(MappedFile(back)))
  }

  @Test func `the same input gives the same bytes`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")
    for name in ["one.h5", "two.h5"] { _ = try Conversion(sample, to: folder.path(name)).run() }
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("one.h5")))
        == Data(contentsOf: URL(filePath: folder.path("two.h5"))))
  }
}
