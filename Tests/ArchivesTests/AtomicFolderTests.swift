import Foundation
import Glibc
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Replacing directories") struct AtomicFolderTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path("model") }

  init() throws { folder = try TemporaryFolder() }

  private func names(_ relative: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(relative)).sorted()
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOf: URL(filePath: "\(path)/\(name)"), encoding: .utf8)
  }

  private func write(
    _ files: [String: String], options: AtomicFile.Options = AtomicFile.Options(),
    at path: String? = nil
  ) throws {
    let new = try AtomicFolder(path ?? self.path, options)
    for (name, text) in files { try new.makeFile(name).write(Array(text.utf8)) }
    try new.commit()
  }

  private let force = AtomicFile.Options(force: true)

  @Test func `a directory appears whole, and nothing beside it`() throws {
    defer { folder.remove() }
    let new = try AtomicFolder(path)
    try new.makeFile("a").write([65])
    try new.makeFile("b").write([66])
    #expect(try names().count == 1 && names() != ["model"])
    try new.commit()
    #expect(try names() == ["model"] && names("model") == ["a", "b"])
    #expect(try text("a") == "A" && text("b") == "B")
    #expect(try failure { try new.commit() }.kind == .usage)
  }

  @Test
  func `an existing directory is kept without force, and replaced with all its files with it`()
    throws
  {
    defer { folder.remove() }
    try write(["old": "1", "both": "1"])
    #expect(chmod(path, 0o750) == 0)
    let failure = try failure { try write(["new": "2"]) }
    #expect(failure.kind == .usage && failure.description.contains("exists"))
    #expect(try names("model") == ["both", "old"])
    try write(["new": "2", "both": "2"], options: force)
    #expect(try names() == ["model"] && names("model") == ["both", "new"])
    #expect(try text("both") == "2")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o750)
  }

  @Test func `what fails before the end changes nothing, at any phase`() throws {
    defer { folder.remove() }
    try write(["old": "1"])
    struct Stop: Error {}
    for phase in [AtomicFile.Phase.create, .flush, .sync, .replace] {
      var options = force
      options.willBegin = { if $0 == phase { throw Stop() } }
      #expect(throws: Stop.self) { try write(["new": "2"], options: options) }
      #expect(try names() == ["model"] && names("model") == ["old"], "\(phase)")
    }
    var options = force
    options.willBegin = { if $0 == .syncFolder { throw Stop() } }
    #expect(throws: Stop.self) { try write(["new": "2"], options: options) }
    #expect(try names() == ["model"] && names("model") == ["new"])
    do { _ = try AtomicFolder(path, force).makeFile("x") }
    #expect(try names() == ["model"])
  }

  @Test func `a directory that another program makes meanwhile is kept`() throws {
    defer { folder.remove() }
    var options = AtomicFile.Options()
    let path = path
    options.willBegin = { if $0 == .replace { mkdir(path, 0o777) } }
    #expect(try failure { try write(["new": "2"], options: options) }.kind == .usage)
    #expect(try names() == ["model"] && names("model") == [])
  }

  @Test func `only directories of files are replaced`() throws {
    defer { folder.remove() }
    try write(["old": "1"])
    try FileManager.default.createDirectory(
      atPath: "\(path)/.git", withIntermediateDirectories: false)
    let refusal = try failure { try write(["new": "2"], options: force) }
    #expect(refusal.kind == .usage && refusal.message.contains(".git, a directory"), "\(refusal)")
    #expect(try names("model") == [".git", "old"])
    try Data().write(to: URL(filePath: folder.path("file")))
    #expect(
      try failure { try write([:], options: force, at: folder.path("file")) }.kind == .usage)
    #expect(
      try failure { try AtomicFolder.check(folder.path("no/model"), force: false) }.kind
        == .inputOutput)
    #expect(try failure { try AtomicFolder.check("/", force: true) }.kind == .usage)
  }

  @Test func `a link stays one, and the directory it leads to is replaced`() throws {
    defer { folder.remove() }
    try write(["old": "1"])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: "model")
    try write(["new": "2"], options: force, at: folder.path("link/"))
    #expect(try names() == ["link", "model"] && names("model") == ["new"])
  }

  @Test(arguments: ["", ".", "..", "a/b", "a\0b"])
  func `names lead nowhere else`(name: String) throws {
    defer { folder.remove() }
    let new = try AtomicFolder(path)
    #expect(try failure { _ = try new.makeFile(name) }.kind == .usage)
    _ = try new.makeFile("a")
    #expect(try failure { _ = try new.makeFile("a") }.kind == .usage)
  }

  @Test func `directories of programs that were killed are removed, and of others not`() throws {
    defer { folder.remove() }
    let names = [
      ".model.byol-tmp-999999999-a", ".model.byol-tmp-\(getpid())-a", ".other.byol-tmp-999999999-a",
    ]
    for name in names {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: false)
      try Data([1]).write(to: URL(filePath: folder.path("\(name)/file")))
    }
    let living = try AtomicFolder(path, force)
    try write(["new": "2"])
    #expect(FileManager.default.fileExists(atPath: living.temporaryPath))
    living.discard()
    #expect(try self.names() == [names[2], "model"])
  }

  @Test func `a directory that a killed program had put aside gets its name back`() throws {
    defer { folder.remove() }
    try write(["old": "1"])
    let aside = folder.path(".model.byol-tmp-999999999-a-old")
    let unfinished = folder.path(".model.byol-tmp-999999999-a")
    #expect(rename(path, aside) == 0)
    #expect(mkdir(unfinished, 0o777) == 0)
    // It is there again for whoever asks first, and so not replaced without force.
    let refusal = try failure { try write(["new": "2"]) }
    #expect(refusal.kind == .usage && refusal.message.contains("exists"), "\(refusal)")
    #expect(try names("model") == ["old"] && text("old") == "1")
    try write(["new": "2"], options: force)
    #expect(try names() == ["model"] && names("model") == ["new"])
  }

  @Test func `the sizes of files count once they are flushed`() throws {
    defer { folder.remove() }
    let new = try AtomicFolder(path)
    try new.makeFile("a").write([1, 2, 3])
    try new.makeFile("b").write([4])
    #expect(new.size == 0)
    try new.flush()
    #expect(new.size == 4)
  }
}
