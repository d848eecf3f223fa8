import Foundation
import Glibc
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite("Replacing files")
struct AtomicFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path("out.npz") }

  init() throws { folder = try TemporaryFolder() }

  private func put(_ text: String, at path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  private func text(at path: String) throws -> String {
    try String(contentsOf: URL(filePath: path), encoding: .utf8)
  }

  /// The names in the folder, so that a test sees what was left behind.
  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
  }

  private func replace(
    _ path: String? = nil, with text: String = "new",
    options: AtomicFile.Options = AtomicFile.Options(force: true)
  ) throws {
    let file = try AtomicFile(path ?? self.path, options)
    try file.output.write(Array(text.utf8))
    try file.commit()
  }

  private func mode(_ path: String) throws -> mode_t {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status.st_mode & 0o7777
  }

  @Test func `a file appears whole, and nothing beside it`() throws {
    defer { folder.remove() }
    let file = try AtomicFile(path)
    try file.output.write(Array("new".utf8))
    #expect(try names().count == 1 && names() != ["out.npz"])
    try file.commit()
    #expect(try names() == ["out.npz"])
    #expect(try text(at: path) == "new")
  }

  @Test func `an existing file is kept without force`() throws {
    defer { folder.remove() }
    try put("old", at: path)
    let failure = try failure { try replace(options: AtomicFile.Options()) }
    #expect(failure.kind == .usage && failure.description.contains("exists"))
    #expect(try text(at: path) == "old" && names() == ["out.npz"])
    try replace()
    #expect(try text(at: path) == "new")
  }

  @Test func `a file that appears meanwhile is kept without force`() throws {
    defer { folder.remove() }
    let file = try AtomicFile(path)
    try put("other", at: path)
    #expect(try failure { try file.commit() }.kind == .usage)
    #expect(try text(at: path) == "other" && names() == ["out.npz"])
  }

  @Test func `the old file's permissions are kept, and a new file has the usual ones`() throws {
    defer { folder.remove() }
    try put("old", at: path)
    chmod(path, 0o640)
    try replace()
    #expect(try mode(path) == 0o640)
    let mask = umask(0)
    umask(mask)
    try replace(folder.path("fresh"))
    #expect(try mode(folder.path("fresh")) == 0o666 & ~mask)
  }

  @Test func `a symbolic link stays, and the file it leads to is replaced`() throws {
    defer { folder.remove() }
    try FileManager.default.createDirectory(
      atPath: folder.path("deep"), withIntermediateDirectories: false)
    try put("old", at: folder.path("deep/real"))
    symlink("deep/real", path)
    #expect(throws: Failure.self) { try replace(options: AtomicFile.Options()) }
    try replace()
    #expect(try text(at: folder.path("deep/real")) == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == "deep/real")
    #expect(try names() == ["deep", "out.npz"])
  }

  @Test func `a symbolic link that leads nowhere is refused`() throws {
    defer { folder.remove() }
    symlink("nowhere", path)
    #expect(throws: Failure.self) { try replace() }
    #expect(try names() == ["out.npz"])
  }

  @Test func `directories, FIFOs, devices and missing directories are refused`() throws {
    defer { folder.remove() }
    mkfifo(folder.path("fifo"), 0o600)
    for path in [
      folder.url.path, folder.url.path + "/", folder.path("."), folder.path("fifo"), "/dev/null",
      "",
    ] {
      #expect(throws: Failure.self, "\(path)") { try replace(path) }
    }
    #expect(try failure { try replace(folder.path("no/such")) }.kind == .inputOutput)
    #expect(try names() == ["fifo"])
  }

  @Test func `a mapped source can be its own destination`() throws {
    defer { folder.remove() }
    let tensor = try Tensor(floats: [1, 2, 3], shape: [3])
    let archive = Archive(.dict([("a", .tensor(tensor))]), format: "npz")
    try put("", at: path)
    for round in 0..<2 {
      let source = round == 0 ? archive : try Npz().read(MappedFile(path))
      let file = try AtomicFile(path, AtomicFile.Options(force: true))
      try Npz().write(source, to: file.output)
      try file.commit()
      #expect(try source.root["a"]?.tensor().floats() == [1, 2, 3])
    }
    #expect(try Npz().read(MappedFile(path)).root["a"]?.tensor().floats() == [1, 2, 3])
  }

  @Test func `a file given up leaves nothing`() throws {
    defer { folder.remove() }
    try put("old", at: path)
    do {
      let file = try AtomicFile(path, AtomicFile.Options(force: true))
      try file.output.write([1, 2, 3])
    }
    #expect(try names() == ["out.npz"] && text(at: path) == "old")
  }

  @Test func `a file is committed once`() throws {
    defer { folder.remove() }
    let file = try AtomicFile(path)
    try file.commit()
    #expect(try failure { try file.commit() }.kind == .usage)
    #expect(try names() == ["out.npz"])
  }

  @Test func `reserved space that is not needed is given back`() throws {
    defer { folder.remove() }
    try replace(
      with: "short", options: AtomicFile.Options(force: true, expectedSize: 1 << 20))
    #expect(try text(at: path) == "short")
  }

  @Test func `space that no disk has is refused before the work`() throws {
    defer { folder.remove() }
    let failure = try failure {
      _ = try AtomicFile(path, AtomicFile.Options(expectedSize: 1 << 60))
    }
    #expect(failure.kind == .inputOutput && failure.description.contains("reserve"))
    #expect(try names().isEmpty)
  }

  @Test func `long names leave room for the temporary name`() throws {
    defer { folder.remove() }
    let name = String(repeating: "ä", count: 127)
    try replace(folder.path(name))
    #expect(try names() == [name])
  }

  @Test func `temporary files that nobody holds are removed, whatever process has their number`()
    throws
  {
    defer { folder.remove() }
    let dead = ".out.npz.byol-tmp-2147483646-abc"
    let numbered = ".out.npz.byol-tmp-\(getpid())-abc"
    let other = ".other.byol-tmp-2147483646-abc"
    let strange = ".out.npz.byol-tmp-xyz"
    for name in [dead, numbered, other, strange] { try put("", at: folder.path(name)) }
    let living = try AtomicFile(path, AtomicFile.Options(force: true))
    #expect(try Set(names()).isDisjoint(with: [dead, numbered]))
    // Another run to the same name while the first one is at work.
    try replace()
    #expect(FileManager.default.fileExists(atPath: living.temporaryPath))
    try living.output.write(Array("last".utf8))
    try living.commit()
    #expect(try text(at: path) == "last")
    #expect(try names() == [other, strange, "out.npz"].sorted())
  }

  @Test func `what killed runs left can be removed where nothing is written`() throws {
    defer { folder.remove() }
    try put("old", at: path)
    try put("", at: folder.path(".out.npz.byol-tmp-2147483646-abc"))
    AtomicFile.removeAbandoned(path)
    #expect(try names() == ["out.npz"] && text(at: path) == "old")
  }

  @Test func `what has no name that a file can have need not be removed`() throws {
    defer { folder.remove() }
    let long = folder.path(String(repeating: "x", count: 300))
    for force in [true, false] { try AtomicFile.remove(long, force: force) }
    try AtomicFile.remove(folder.path("missing"), force: false)
    try put("mine", at: path)
    #expect(try failure { try AtomicFile.remove(path, force: false) }.kind == .usage)
    try AtomicFile.remove(path, force: true)
    #expect(try names().isEmpty)
  }

  @Test func `a prepared file has all its content, and only lacks its name`() throws {
    defer { folder.remove() }
    let log = Log()
    var options = AtomicFile.Options()
    options.willBegin = { log.phases.append($0) }
    let file = try AtomicFile(path, options)
    try file.output.write(Array("new".utf8))
    try file.prepare()
    #expect(try text(at: file.temporaryPath) == "new")
    #expect(log.phases == [.create, .reserve, .flush, .sync])
    try file.prepare()
    try file.commit()
    #expect(log.phases == AtomicFile.Phase.allCases)
    #expect(try text(at: path) == "new")
    #expect(try failure { try file.prepare() }.kind == .usage)
  }

  @Test(arguments: AtomicFile.Phase.allCases)
  func `a failure before any phase leaves the old file or the new one`(
    phase: AtomicFile.Phase
  ) throws {
    defer { folder.remove() }
    try put("old", at: path)
    var options = AtomicFile.Options(force: true, expectedSize: 3)
    options.willBegin = { if $0 == phase { throw Failure(.inputOutput, "injected") } }
    #expect(try failure { try replace(options: options) }.message == "injected")
    #expect(try text(at: path) == (phase == .syncFolder ? "new" : "old"))
    #expect(try names() == ["out.npz"])
  }

  @Test func `every phase runs once, in order, and syncing can be left out`() throws {
    defer { folder.remove() }
    let log = Log()
    var options = AtomicFile.Options(force: true)
    options.willBegin = { log.phases.append($0) }
    try replace(options: options)
    #expect(log.phases == AtomicFile.Phase.allCases)
    log.phases = []
    options.sync = false
    try replace(options: options)
    #expect(log.phases == [.create, .reserve, .flush, .replace])
  }

  private final class Log: @unchecked Sendable {
    var phases: [AtomicFile.Phase] = []
  }
}
