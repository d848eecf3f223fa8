import Archives
import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

@testable import Conversions

/// A file and its sidecar while they are replaced: what a reader finds at every moment.
@Suite struct SideFilesTests {
  let sample = Shared.inPackage("samples/tiny_haiku_byol.npz")
  let folder: TemporaryFolder
  private var output: String { folder.path("out.npz") }
  private var sidecar: String { output + ".byol.json" }

  init() throws { folder = try TemporaryFolder() }

  private func convert(_ settings: String..., to output: String? = nil, force: Bool = false) throws
  {
    var options = ConversionOptions()
    options.settings = settings
    options.force = force
    _ = try Conversion(sample, to: output ?? self.output, options: options).run()
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
  }

  private func tau() throws -> Double? { try Loaded(output).checkpoint.recipe.tau?.base }

  /// Another program that gives the output its name, and looks around at that moment.
  private func commit(
    _ written: String, _ files: SideFiles, look: () throws -> Void
  ) throws {
    try files.commit(
      output, written, AtomicFile.Options(force: true), prepare: {},
      commit: {
        try look()
        #expect(rename(written, output) == 0)
        try look()
      })
  }

  private func files(of path: String, needsSidecar: Bool) throws -> SideFiles {
    SideFiles(statement: Sidecar(try Loaded(path).checkpoint), needsSidecar: needsSidecar)
  }

  /// Other bytes than the old file's, with the same networks in them.
  private func makeNew(_ settings: String...) throws -> String {
    let new = folder.path("new.npz")
    var options = ConversionOptions()
    options.settings = settings
    options.drop = ["optimizer/*"]
    _ = try Conversion(sample, to: new, options: options).run()
    return new
  }

  @Test func `each content has its own sidecar at every moment`() throws {
    defer { folder.remove() }
    try convert("recipe.tau.base=0.9")
    let new = try makeNew("recipe.tau.base=0.8")
    let files = try files(of: new, needsSidecar: true)
    try FileManager.default.removeItem(atPath: new + ".byol.json")
    var seen: [Double?] = []
    try commit(new, files) { seen.append(try tau()) }
    #expect(seen == [0.9, 0.8])
    #expect(try tau() == 0.8)
    #expect(try names == ["out.npz", "out.npz.byol.json"])
    #expect(
      try !String(contentsOf: URL(filePath: sidecar), encoding: .utf8).contains("\"change\""))
  }

  @Test(arguments: [true, false])
  func `a sidecar comes and goes with the content it speaks of`(comes: Bool) throws {
    defer { folder.remove() }
    try convert(comes ? "recipe.tau.base=0.996" : "recipe.tau.base=0.9")
    let usual = try Loaded(sample).checkpoint.recipe.tau?.base
    if comes { try FileManager.default.removeItem(atPath: sidecar) }
    let before = try tau()
    let new = try makeNew("recipe.tau.base=0.8")
    let files = try files(of: comes ? new : sample, needsSidecar: comes)
    if FileManager.default.fileExists(atPath: new + ".byol.json") {
      try FileManager.default.removeItem(atPath: new + ".byol.json")
    }
    var seen: [Double?] = []
    try commit(new, files) { seen.append(try tau()) }
    #expect(seen == [before, comes ? 0.8 : usual] && seen[0] != seen[1])
    #expect(try tau() == seen[1])
    #expect(try names == (comes ? ["out.npz", "out.npz.byol.json"] : ["out.npz"]))
  }

  @Test func `what fails before the name has changed leaves both as they were`() throws {
    defer { folder.remove() }
    try convert("recipe.tau.base=0.9")
    let before = try [output, sidecar].map { try Data(contentsOf: URL(filePath: $0)) }
    let new = try makeNew("recipe.tau.base=0.8")
    let files = try files(of: new, needsSidecar: true)
    let refusal = Failure(.inputOutput, "refused")
    let failure = #expect(throws: Failure.self) {
      try files.commit(
        output, new, AtomicFile.Options(force: true), prepare: {}, commit: { throw refusal })
    }
    #expect(failure?.message == "refused")
    #expect(try [output, sidecar].map { try Data(contentsOf: URL(filePath: $0)) } == before)
  }

  @Test func `a sidecar that was left without its file stops nobody`() throws {
    defer { folder.remove() }
    try convert("recipe.tau.base=0.9")
    try FileManager.default.removeItem(atPath: output)
    try Data().write(to: URL(filePath: folder.path(".out.npz.byol.json.byol-tmp-999999999-a")))
    try convert("recipe.tau.base=0.8")
    #expect(try tau() == 0.8)
    #expect(try names == ["out.npz", "out.npz.byol.json"])
    // What is no sidecar is somebody's.
    try FileManager.default.removeItem(atPath: output)
    try Data("mine".utf8).write(to: URL(filePath: sidecar))
    let failure = #expect(throws: Failure.self) { try convert("recipe.tau.base=0.8") }
    #expect(failure?.kind == .usage)
    #expect(try Data(contentsOf: URL(filePath: sidecar)) == Data("mine".utf8))
  }

  @Test func `after a change that stopped, what somebody else has written since takes the new one`()
    throws
  {
    defer { folder.remove() }
    try convert("recipe.tau.base=0.9")
    var said = Sidecar(try Loaded(output).checkpoint)
    let digest = try Sidecar.digest(of: output)
    said.change = Sidecar.Change(new: digest, old: String(digest.reversed()), before: nil)
    try JSONEncoder().encode(said).write(to: URL(filePath: sidecar))
    #expect(try tau() == 0.9)
    said.change = Sidecar.Change(new: String(digest.reversed()), old: digest, before: nil)
    try JSONEncoder().encode(said).write(to: URL(filePath: sidecar))
    #expect(try tau() != 0.9)
  }
}
