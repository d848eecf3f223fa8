import Archives
import Foundation
import Glibc
import TestSupport
import Tensors
import Testing

@testable import Checkpoints

/// Documents are taken into memory whole: one that is too large is refused before that.
@Suite("Documents without end") struct DocumentTests {
  /// Looks at the failure of a reader of a file of a terabyte, of which the disk holds nothing.
  private func expectRefusal(_ name: String, _ read: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path(name)
    try Data().write(to: URL(filePath: path))
    #expect(truncate(path, 1 << 40) == 0)
    let failure = #expect(throws: Failure.self) { try read(path) }
    #expect(failure?.kind == .badInput && failure?.file == path)
    #expect(
      failure?.message
        == "expected a document of at most 16,777,216 bytes, found 1,099,511,627,776 bytes")
  }

  @Test func `a sidecar`() throws {
    try expectRefusal("a.npz.byol.json") { _ = try Sidecar.read($0) }
  }

  @Test func `a dialect`() throws {
    try expectRefusal("mine.json") { _ = try Dialects.named($0) }
  }

  @Test(arguments: [
    ("contract", Document.byteLimit), ("provenance", Document.byteLimit),
    (NativeNames.treePath, Document.treeByteLimit),
  ])
  func `a document of a native checkpoint`(name: String, limit: Int) throws {
    let sample = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    let sound = try sample.nativeArchive(format: Npz().name)
    #expect(sound.leaves.contains { $0.name == name })
    // Blanks are JSON, too.
    let blanks = [UInt8](repeating: 0x20, count: limit + 1)
    let entries = try sound.leaves.map { leaf in
      Node.Entry(
        .text(leaf.name),
        leaf.name == name
          ? .tensor(try Tensor(.uint8, shape: [blanks.count], bytes: blanks)) : leaf.value)
    }
    let archive = Archive(.mapping(kind: "dict", entries), format: Npz().name)
    let failure = #expect(throws: Failure.self) { _ = try NativeReading.read(archive) }
    #expect(failure?.kind == .badInput && failure?.place == name, "\(String(describing: failure))")
  }
}
