import Foundation
import TestSupport
import Tensors
import Testing

@Suite("Byte sources")
struct ByteSourceTests {
  @Test func `slices of slices are of the same bytes`() throws {
    let slice = ByteSlice(ByteSlice(HeapBytes([0, 1, 2, 3, 4, 5]), 1..<5), 1..<3)
    #expect(slice.count == 2)
    #expect(try slice.withBytes { Array($0) } == [2, 3])
    #expect(try ByteSlice(HeapBytes([]), 0..<0).withBytes { $0.count } == 0)
  }

  @Test func `a mapped file is its bytes, and knows itself under other names`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("file")
    try Data([1, 2, 3]).write(to: URL(filePath: path))
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "file")
    try manager.copyItem(atPath: path, toPath: folder.path("copy"))
    let file = try MappedFile(path)
    #expect(file.count == 3)
    #expect(try file.withBytes { Array($0) } == [1, 2, 3])
    #expect(try MappedFile(folder.path("link")).identity == file.identity)
    #expect(try MappedFile(folder.path("copy")).identity != file.identity)
    // The mapping outlives the name.
    folder.remove()
    #expect(try file.withBytes { Array($0) } == [1, 2, 3])
  }

  @Test func `an empty file has no bytes`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try Data().write(to: URL(filePath: folder.path("empty")))
    let file = try MappedFile(folder.path("empty"))
    #expect(file.count == 0)
    #expect(try file.withBytes { $0.count } == 0)
  }

  @Test func `missing files, directories and devices are refused, without waiting`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let fifo = folder.path("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    for (path, kind, word) in [
      (folder.path("none"), Failure.Kind.inputOutput, "No such file"),
      (folder.url.path, .badInput, "a directory"), (fifo, .badInput, "a FIFO"),
      ("/dev/null", .badInput, "a device"),
    ] {
      let failure = try #require(#expect(throws: Failure.self) { try MappedFile(path) })
      #expect(failure.kind == kind && failure.file == path)
      #expect(failure.description.contains(word))
    }
  }

  @Test func `a dash is no name for standard input`() throws {
    let failure = try #require(#expect(throws: Failure.self) { try MappedFile("-") })
    #expect(failure.kind == .inputOutput && failure.message.contains("not from a pipe"))
    let other = try #require(#expect(throws: Failure.self) { try MappedFile("--") })
    #expect(!other.message.contains("pipe"))
  }
}
