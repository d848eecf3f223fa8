import Archives
import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Conversions

@Suite struct ConversionTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")

  @Test func `a dry run says where every name goes and writes nothing`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.dryRun = true
    let report = try Conversion(sample, to: folder.path("out.h5"), options: options).run()
    #expect(report.mapping?.count == report.counts.source)
    #expect(
      report.mapping?.contains {
        $0.source == "online_params/res_net50/~/initial_conv/w"
          && $0.native == "online/encoder/stem/conv/weight" && $0.axes == "HWIO"
      } == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func `an existing output is replaced only by force`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("out.h5")
    try Data("precious".utf8).write(to: URL(filePath: output))
    let failure = #expect(throws: Failure.self) { try Conversion(sample, to: output).run() }
    #expect(failure?.kind == .usage)
    #expect(try Data(contentsOf: URL(filePath: output)) == Data("precious".utf8))
    var options = ConversionOptions()
    options.force = true
    _ = try Conversion(sample, to: output, options: options).run()
    #expect(try Loaded(output).dialectName == "native")
    // And once more over itself.
    _ = try Conversion(output, to: output, options: options).run()
    #expect(try FileVerification(output).passed)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.h5"])
  }

  @Test func `what haiku cannot hold goes into a sidecar and comes back`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.settings = ["encoder.padding=symmetric", "recipe.tau.base=0.996"]
    let output = folder.path("out.npz")
    let report = try Conversion(sample, to: output, options: options).run()
    #expect(report.notes.contains { $0.contains("out.npz.byol.json") })
    let again = try Loaded(output).checkpoint
    #expect(again.contract.encoder.padding == .symmetric)
    #expect(again.recipe.tau?.base == 0.996)
    #expect(again.provenance.origins["contract.encoder.padding"] == .flag)
  }

  @Test func `no sidecar where the dialect says it all`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    _ = try Conversion(sample, to: folder.path("out.npz")).run()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.npz"])
  }

  @Test func `names are dropped by the user's word only, and counted`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.drop = ["opt_state/*", "target_*"]
    let report = try Conversion(sample, to: folder.path("out.h5"), options: options).run()
    #expect(report.counts.dropped == 72 * 2 + 132)
    #expect(report.counts.source == report.counts.used + report.counts.dropped)
    let checkpoint = try Loaded(folder.path("out.h5")).checkpoint
    #expect(!checkpoint.roles.contains(.targetEncoder) && !checkpoint.roles.contains(.optimizer))
  }

  @Test(arguments: [
    ("out.xyz", nil as String?, nil as String?), ("out.h5", "haiku", nil),
    ("out.npz", "latin", nil),
    ("out.npz", nil, "floppy"),
  ])
  func `an output that cannot be is a usage error`(_ wish: (String, String?, String?)) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.to = wish.1
    options.toFormat = wish.2
    let failure = #expect(throws: Failure.self) {
      try Conversion(sample, to: folder.path(wish.0), options: options).run()
    }
    #expect(failure?.kind == .usage)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func `a network with a hole is refused by the name of the hole`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let plain = try Npz().read(MappedFile(sample))
    for (change, expected) in [
      ({ (name: String) in name.contains("block_0/~/conv_1/w") ? nil : name }, "conv1/weight"),
      ({ $0.replacingOccurrences(of: "block_group_2", with: "block_group_5") }, "stage3"),
      ({ $0.contains("block_group_0/~/block_0/~/batchnorm_2/") ? nil : $0 }, "bn2"),
    ] as [((String) -> String?, String)] {
      let path = folder.path("hole.npz")
      let file = try AtomicFile(path, AtomicFile.Options(force: true))
      let entries = plain.leaves.compactMap { leaf in change(leaf.name).map { ($0, leaf.value) } }
      try Npz().write(Archive(.dict(entries), format: "npz"), to: file.output)
      try file.commit()
      let failure = #expect(throws: Failure.self) {
        try Conversion(path, to: folder.path("out.h5")).run()
      }
      #expect(failure?.description.contains(expected) == true, "\(String(describing: failure))")
    }
  }

  @Test func `a new file does not inherit the sidecar of the old one`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.settings = ["encoder.padding=symmetric"]
    let output = folder.path("out.npz")
    _ = try Conversion(sample, to: output, options: options).run()
    options.settings = []
    options.force = true
    _ = try Conversion(sample, to: output, options: options).run()
    #expect(try Loaded(output).checkpoint.contract.encoder.padding == .same)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["out.npz"])
  }

  @Test func `a sidecar that cannot be read is a failure`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let output = folder.path("out.npz")
    _ = try Conversion(sample, to: output).run()
    try FileManager.default.createDirectory(
      atPath: output + ".byol.json", withIntermediateDirectories: false)
    #expect(throws: Failure.self) { try Loaded(output) }
  }

  @Test func `a failing check leaves the destination as it was`() throws {
    // A source whose member is damaged is found when its bytes are read, in the middle of the work.
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var bytes = try Data(contentsOf: URL(filePath: sample))
    let cut = folder.path("cut.npz")
    bytes.removeLast(100)
    try bytes.write(to: URL(filePath: cut))
    let output = folder.path("out.h5")
    let failure = #expect(throws: Failure.self) { try Conversion(cut, to: output).run() }
    #expect(failure?.kind == .badInput && failure?.file == cut)
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
