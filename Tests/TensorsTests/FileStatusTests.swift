import Foundation
import Tensors
import Testing

@Suite struct FileStatusTests {
  private let folder: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "status-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    folder = url.path(percentEncoded: false)
    try Data([1, 2, 3]).write(to: url.appending(path: "file"))
    try FileManager.default.createSymbolicLink(
      atPath: folder + "link", withDestinationPath: "file")
    #expect(mkfifo(folder + "fifo", 0o600) == 0)
    #expect(chmod(folder + "file", 0o640) == 0)
  }

  @Test func `kind, size, permissions and identity`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = try #require(FileStatus(folder + "file"))
    #expect(file.kind == .regular && file.size == 3 && file.permissions == 0o640)
    #expect(FileStatus(folder + "link")?.identity == file.identity)
    #expect(FileStatus(folder + "link", followsLinks: false)?.kind == .symbolicLink)
    #expect(FileStatus(folder)?.kind == .directory)
    #expect(FileStatus(folder + "fifo")?.kind == .fifo)
    #expect(FileStatus("/dev/null")?.kind == .device)
    let descriptor = open(folder + "file", O_RDONLY)
    defer { close(descriptor) }
    #expect(FileStatus(descriptor: descriptor)?.identity == file.identity)
    #expect(FileStatus(descriptor: -1) == nil)
  }

  @Test func `what is not there has none, and errno says why`() {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(FileStatus(folder + "none") == nil && errno == ENOENT)
    #expect(FileStatus(folder + "file/none", followsLinks: false) == nil && errno == ENOTDIR)
  }

  @Test func `a directory's entries and their kinds`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try DirectoryEntries.names(in: folder).sorted() == ["fifo", "file", "link"])
    #expect(try DirectoryEntries.names(in: folder, limit: 1).count == 2)
    var kinds: [String: FileStatus.Kind] = [:]
    try DirectoryEntries.forEach(in: folder) { name, kind in
      kinds[name] = kind ?? FileStatus(folder + name, followsLinks: false)?.kind
      return true
    }
    #expect(kinds == ["fifo": .fifo, "file": .regular, "link": .symbolicLink])
    #expect(throws: Failure.self) { try DirectoryEntries.names(in: folder + "none") }
  }

  @Test func `the program that runs, and its variables`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(FileStatus(try #require(OwnProcess.program()))?.kind == .regular)
    setenv("BYOL_OWN_PROCESS_TEST", "värde", 1)
    defer { unsetenv("BYOL_OWN_PROCESS_TEST") }
    #expect(OwnProcess.variable("BYOL_OWN_PROCESS_TEST") == "värde")
    #expect(OwnProcess.variable("BYOL_OWN_PROCESS_TEST_NONE") == nil)
    #expect(Failure.systemReason(ENOENT) == "No such file or directory")
  }
}
