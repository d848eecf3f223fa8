import Archives
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct NativeTests {
  /// The sample in native names, as any format holds it.
  func archive() throws -> Archive {
    let loaded = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz"))
    return try loaded.checkpoint.nativeArchive(format: "npz")
  }

  func replacing(_ archive: Archive, _ name: String, _ change: (String) -> String) throws -> Archive
  {
    let entries = try archive.leaves.map { leaf -> (String, Node) in
      guard leaf.name == name, case .tensor(let tensor) = leaf.value else {
        return (leaf.name, leaf.value)
      }
      let json = Array(change(String(decoding: try tensor.bytes(), as: UTF8.self)).utf8)
      return (name, .tensor(try Tensor(.uint8, shape: [json.count], bytes: json)))
    }
    return Archive(.dict(entries), format: archive.format)
  }

  @Test func `native names hold the whole checkpoint`() throws {
    let loaded = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    let archive = try archive()
    #expect(NativeReading.recognises(archive))
    let again = try NativeReading.read(archive).checkpoint
    #expect(again.contract == loaded.contract)
    #expect(again.recipe == loaded.recipe)
    #expect(again.provenance == loaded.provenance)
    #expect(again.tree == loaded.tree)
    #expect(again.entries.map(\.path) == loaded.entries.map(\.path))
  }

  @Test func `another major version is refused with both versions named`() throws {
    let changed = try replacing(archive(), "provenance") {
      $0.replacingOccurrences(
        of: #""format_version"\s*:\s*\[\s*1,\s*0\s*\]"#, with: #""format_version": [2, 7]"#,
        options: .regularExpression)
    }
    let failure = #expect(throws: Failure.self) { try NativeReading.read(changed) }
    let text = try #require(failure?.description)
    #expect(text.contains("2.7") && text.contains("1.x"))
  }

  @Test func `a newer minor version is read with a note`() throws {
    let changed = try replacing(archive(), "provenance") {
      $0.replacingOccurrences(
        of: #""format_version"\s*:\s*\[\s*1,\s*0\s*\]"#, with: #""format_version": [1, 9]"#,
        options: .regularExpression)
    }
    let imported = try NativeReading.read(changed)
    #expect(imported.notes.contains { $0.contains("1.9") })
  }

  @Test
  func `a document that is not known is left aside in a newer version, and refused in this one`()
    throws
  {
    func adding(_ name: String, minor: Int) throws -> Archive {
      let base = try replacing(archive(), "provenance") {
        $0.replacingOccurrences(
          of: #""format_version"\s*:\s*\[\s*1,\s*0\s*\]"#,
          with: #""format_version": [1, \#(minor)]"#, options: .regularExpression)
      }
      let document = Node.tensor(try Tensor(.uint8, shape: [2], bytes: Array("{}".utf8)))
      return Archive(
        .dict(base.leaves.map { ($0.name, $0.value) } + [(name, document)]), format: "npz")
    }
    let read = try NativeReading.read(adding("remarks", minor: 1))
    #expect(read.notes.contains("not read: remarks"))
    for (name, minor) in [("remarks", 0), ("remarks/deeper", 1)] {
      let failure = #expect(throws: Failure.self) {
        try NativeReading.read(adding(name, minor: minor))
      }
      #expect(failure?.place == name)
    }
  }

  @Test func `groups of other programs are ignored and reported`() throws {
    let base = try archive()
    let other = try Tensor(floats: [1], shape: [1])
    let entries =
      base.leaves.map { ($0.name, $0.value) } + [("x-acme/notes", Node.tensor(other))]
    let imported = try NativeReading.read(Archive(.dict(entries), format: "npz"))
    #expect(imported.notes.contains { $0.contains("x-acme") })
    #expect(imported.checkpoint["x-acme/notes"] == nil)
  }

  @Test func `an unknown group is refused by name`() throws {
    let entries =
      try archive().leaves.map { ($0.name, $0.value) }
      + [("offline/encoder", Node.tensor(try Tensor(floats: [1], shape: [1])))]
    let failure = #expect(throws: Failure.self) {
      try NativeReading.read(Archive(.dict(entries), format: "npz"))
    }
    #expect(failure?.description.contains("offline/encoder") == true)
  }

  @Test(arguments: [
    ("contract", #""eps" : 1e-05"#, #""eps" : -1"#),
    ("contract", #""padding" : "same""#, #""padding" : "reflect""#),
    ("contract", "{", "["),
    ("recipe", #""step" : 3"#, #""step" : "three""#),
  ])
  func `a document that is wrong is refused by name`(_ change: (String, String, String)) throws {
    var found = false
    let changed = try replacing(archive(), change.0) {
      found = $0.contains(change.1)
      return $0.replacingOccurrences(of: change.1, with: change.2)
    }
    #expect(found)
    let failure = #expect(throws: Failure.self) { try NativeReading.read(changed) }
    #expect(failure?.description.contains(change.0) == true)
    #expect(failure?.kind == .badInput)
  }

  @Test func `a field is set by the user's word and its origin says so`() throws {
    var checkpoint = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    try checkpoint.set("encoder.padding=symmetric")
    try checkpoint.set("contract.bn.eps=1e-3")
    try checkpoint.set("recipe.tau.base=0.996")
    #expect(checkpoint.contract.encoder.padding == .symmetric)
    #expect(checkpoint.contract.batchNorm.eps == 1e-3)
    #expect(checkpoint.recipe.tau?.base == 0.996)
    #expect(checkpoint.provenance.origins["contract.encoder.padding"] == .flag)
    #expect(checkpoint.provenance.origins["recipe.tau.base"] == .flag)
    for wrong in ["encoder.padding=sideways", "encoder.nothing.at.all=1", "padding", "bn.eps=2"] {
      let failure = #expect(throws: Failure.self) { try checkpoint.set(wrong) }
      #expect(failure?.kind == .usage)
    }
  }

  @Test func `a setting that names no field is refused`() throws {
    var checkpoint = try Loaded(Shared.inPackage("samples/tiny_haiku_byol.npz")).checkpoint
    #expect(throws: Failure.self) { try checkpoint.set("encoder.paddign=symmetric") }
  }
}
