import Archives
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Conversions

/// `--drop` of native names, from a native file.
@Suite struct DroppingTests {
  @Test(arguments: ["out.h5", "out.npz"])
  func `a native file without some of its tensors is what is left of its source`(_ name: String)
    throws
  {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let source = Shared.inPackage("samples/tiny_haiku_byol.npz")
    _ = try Conversion(source, to: folder.path("all.h5")).run()
    var options = ConversionOptions()
    options.drop = ["optimizer/*", "target/*", "training/bn/target/*"]
    let report = try Conversion(
      folder.path("all.h5"), to: folder.path(name), options: options
    ).run()
    #expect(report.counts.source == report.counts.used + report.counts.dropped)
    let roles = Set(try Loaded(folder.path(name)).checkpoint.roles.map(\.rawValue))
    #expect(
      roles == [
        "online.encoder", "online.projector", "online.predictor", "online.heads", "training",
      ])
    _ = try Conversion(folder.path(name), to: folder.path("again.npz")).run()
    let names = try Npz().read(MappedFile(folder.path("again.npz"))).leaves.map(\.name)
    let all = try Npz().read(MappedFile(source)).leaves.map(\.name)
    #expect(names == all.filter { !$0.hasPrefix("target_") && !$0.hasPrefix("opt_state") })
    let counts = try #require(Loaded(folder.path("all.h5")).checkpoint.provenance.counts)
    #expect(counts.source == 482 && counts.dropped == 0)
  }

  @Test func `what a native file keeps of its source adds up`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    _ = try Conversion(
      Shared.inPackage("samples/tiny_haiku_byol.npz"), to: folder.path("all.h5")
    ).run()
    var options = ConversionOptions()
    options.drop = ["optimizer/*"]
    _ = try Conversion(folder.path("all.h5"), to: folder.path("out.h5"), options: options).run()
    let counts = try #require(Loaded(folder.path("out.h5")).checkpoint.provenance.counts)
    #expect(counts.source == counts.used + counts.aliases + counts.extras + counts.dropped)
    #expect(counts.dropped == 72)
    let verification = try FileVerification(folder.path("out.h5"))
    #expect(verification.verdicts.map(\.status) == [.yes, .yes])
  }
}
