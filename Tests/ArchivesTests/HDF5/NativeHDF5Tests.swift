import Foundation
import TestSupport
import Tensors
import Testing

@testable import Archives

@Suite struct NativeHDF5Tests {
  private func opening(_ bytes: [UInt8]) throws -> Failure? {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path("other.h5")
    try Data(bytes).write(to: URL(filePath: path))
    let file = try MappedFile(path)
    // Without the attribute that says so, it is taken for another program's.
    #expect(!NativeHDF5().recognises(file) && Keras().recognises(file))
    do {
      _ = try NativeHDF5().read(file)
      return nil
    } catch {
      return error as? Failure
    }
  }

  @Test(arguments: [0, 1, 3] as [UInt8])
  func hdf5OfOtherProgramsIsCalledWhatItIs(_ version: UInt8) throws {
    let bytes = Superblock.signature + [version] + [UInt8](repeating: 0, count: 91)
    let failure = try #require(try opening(bytes))
    #expect(failure.kind == .badInput)
    #expect(
      failure.message == "expected the native layout (superblock version 2), found HDF5 of another "
        + "layout (superblock version \(version)) (rule S2 of the native layout)")
  }

  @Test func aSignatureAloneIsRefused() throws {
    #expect(try opening(Superblock.signature)?.kind == .badInput)
    #expect(try opening(Superblock.signature + [2, 8, 8])?.kind == .badInput)
  }

  @Test func aFileWhoseRootComesLateIsKnownByItsEnd() throws {
    let digest = String(repeating: "0a", count: 32)
    for (end, isNative) in [
      ("\"sha256\":\"\(digest)\"}\n]\n", true), ("\"sha256\":\"\(digest)\"}\n]", false),
      ("\"sha256\":\"\(digest.uppercased())\"}\n]\n", false), ("\"}\n]\n", false),
    ] {
      let folder = try TemporaryFolder()
      defer { folder.remove() }
      let path = folder.path("large.h5")
      try Data(Superblock.signature + [UInt8](repeating: 0, count: 9 << 20) + Array(end.utf8))
        .write(to: URL(filePath: path))
      #expect(try NativeHDF5().recognises(MappedFile(path)) == isNative)
    }
  }

  @Test func writingATreeIsRefused() throws {
    let output = OutputFile(descriptor: -1, path: "out.h5")
    #expect(throws: Failure.self) {
      try NativeHDF5().write(Archive(.dict([]), format: "hdf5"), to: output)
    }
  }

  @Test func everyTypesMessageIsItsOwn() {
    let messages = ElementType.allCases.filter { $0 != .bool }.map(Datatype.message)
    #expect(Set(messages).count == ElementType.allCases.count - 1)
    for (type, message) in zip(ElementType.allCases.filter { $0 != .bool }, messages) {
      #expect(message.withUnsafeBytes { Datatype.elementType(of: CheckedBytes($0)) } == type)
      #expect(Int(message[4]) == type.byteCount)
    }
  }

  @Test(arguments: [
    ("a", true), ("A-z_0.9", true), ("...", true), (".", false), ("..", false), ("", false),
    ("a/b", false), ("a b", false), ("\u{E9}", false), (String(repeating: "n", count: 64), true),
    (String(repeating: "n", count: 65), false),
  ])
  func names(_ name: String, _ isName: Bool) {
    #expect(NativeLayout.isName(name.utf8) == isName)
  }

  @Test func theDocumentListsTheRules() throws {
    let url = URL(filePath: Shared.inPackage("docs/format.md"))
    let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
      .filter { $0.firstMatch(of: /^\| [A-Z][0-9]+ \|/) != nil }.map(String.init)
    // The table of the profile comes first; that of the rules above it is Checkpoints'.
    #expect(
      rows.prefix(ProfileRule.allCases.count)
        == ProfileRule.allCases.map { "| \($0.rawValue) | \($0.sentence) |" }[...])
  }

  @Test func theIndexIsSortedAndPrinted() {
    let digest = Digest(of: [])
    let entries = ["b", "a/c"].map {
      IndexEntry(
        path: $0, elementType: .float16, shape: [2, 3], offset: 64, byteCount: 12, digest: digest)
    }
    let line =
      #""offset":64,"byte_count":12,"dtype":"float16","shape":[2,3],"sha256":"\#(digest)"}"#
    #expect(
      String(decoding: IndexEntry.document(entries), as: UTF8.self)
        == "[\n{\"path\":\"a/c\",\(line),\n{\"path\":\"b\",\(line)\n]\n")
  }
}
