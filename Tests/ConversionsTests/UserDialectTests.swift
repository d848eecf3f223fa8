import Checkpoints
import TestSupport
import Testing

@testable import Conversions

/// A dialect that does not come with the project, from a file.
@Suite struct UserDialectTests {
  let example = Shared.inPackage("docs/examples/mydialect.json")

  @Test func `a file is written in the user's dialect and read again`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var options = ConversionOptions()
    options.to = example
    options.drop = ["optimizer/*", "training/*"]
    let source = Shared.inPackage("samples/tiny_haiku_byol.npz")
    let report = try Conversion(source, to: folder.path("mine.npz"), options: options).run()
    #expect(report.output.dialect == "mydialect")
    options.to = nil
    options.from = example
    options.drop = []
    let again = folder.path("again.npz")
    _ = try Conversion(folder.path("mine.npz"), to: again, options: options).run()
    let mine = try Loaded(again, dialect: example).checkpoint
    let theirs = try Loaded(source).checkpoint
    #expect(try Fingerprints(of: mine).all == Fingerprints(of: theirs).all)
    #expect(mine.recipe.step == theirs.recipe.step)
    #expect(mine.contract == theirs.contract)
  }
}
